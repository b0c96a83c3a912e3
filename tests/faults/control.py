"""Acts on the site that DATA_DIR names: ``python -m tests.faults.control prepare | upload PREFIX BEHAVIOUR COUNT``."""

from __future__ import annotations

import os
import sys

import django


def prepare() -> None:
    from django.core.management import call_command

    from extraction import services

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    services.admin_ensure(email="admin@localhost", password="a long enough password")


def upload(prefix: str, behaviour: str, count: str) -> None:
    from extraction import selectors, services
    from extraction.models import User
    from tests.builders import png, upload

    user = User.objects.get()
    workspace = selectors.workspace_for(user)
    assert workspace is not None
    for number in range(int(count)):
        data = png() + f"{prefix}-{number}|{behaviour}".encode()
        services.invoice_receive(workspace=workspace, user=user, file=upload(data), file_name=f"{prefix}-{number}.png")


def wake(invoice_id: str, times: str) -> None:
    from extraction.services.wakeup import wake_worker

    for _ in range(int(times)):
        wake_worker(invoice_id=int(invoice_id))


def cancel(invoice_id: str) -> None:
    from extraction import services
    from extraction.models import Invoice, User

    services.invoice_cancel(invoice=Invoice.objects.get(pk=invoice_id), user=User.objects.get())


def desk() -> None:
    """An invoice in review with a page and three lines, and a colleague who may approve."""
    from extraction.models import LineItem, Membership, Role, User, Workspace
    from tests.builders import make_invoice

    workspace = Workspace.objects.get()
    sue = User.objects.create_user("sue@example.com", "a long enough password", name="Sue Moss")
    Membership.objects.create(workspace=workspace, user=sue, role=Role.APPROVER)
    invoice = make_invoice(workspace)
    for position, amount in enumerate(("40.00", "30.00", "30.00"), start=1):
        LineItem.objects.create(invoice=invoice, position=position, description=f"Goods {position}", amount=amount)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")
    django.setup()
    {"prepare": prepare, "upload": upload, "wake": wake, "cancel": cancel, "desk": desk}[sys.argv[1]](*sys.argv[2:])
