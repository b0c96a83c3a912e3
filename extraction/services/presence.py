"""Who looks at the same document."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from extraction.models import Invoice, Presence, User
from extraction.permissions import require

HERE = timedelta(seconds=40)  # a page tells every 15 seconds that it is open; two of them may be lost
FORGOTTEN = timedelta(hours=1)


@transaction.atomic
def presence_mark(*, invoice: Invoice, user: User) -> list[User]:
    """This person's page is open; the others who look at the document now, by name."""
    require("see", workspace=invoice.workspace_id, user=user)
    now = timezone.now()
    Presence.objects.filter(invoice=invoice, seen_at__lt=now - FORGOTTEN).delete()
    Presence.objects.update_or_create(invoice=invoice, user=user, defaults={"seen_at": now})
    rows = Presence.objects.filter(invoice=invoice, seen_at__gte=now - HERE).exclude(user=user).select_related("user")
    return sorted((row.user for row in rows), key=str)
