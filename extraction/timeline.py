"""What happened to an invoice, in words: what people said and did, and what the machine did, in one row of entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .activity import action_words
from .engine.fields import BY_NAME
from .mentions import split
from .models import AuditEvent, Comment, Correction, Invoice, User
from .wording import told

AT_MOST = 400  # events of each kind; no person reads more
UNFOLDED = 8

# action -> icon, sentence
SENTENCES: dict[str, tuple[str, Any]] = {
    "received": ("upload", gettext_lazy("%(who)s uploaded it")),
    "unlocked": ("eye", gettext_lazy("%(who)s typed its password")),
    "read": ("eye", gettext_lazy("It was read")),
    "failed": ("alert", gettext_lazy("It could not be read")),
    "split": ("document", gettext_lazy("Its file was divided into several invoices")),
    "split_off": ("document", gettext_lazy("It was found in a file with several invoices")),
    "pages_arranged": ("pages", gettext_lazy("%(who)s arranged its pages")),
    "pages_moved_away": ("pages", gettext_lazy("%(who)s moved its pages into other documents")),
    "arrangement_undone": ("undo", gettext_lazy("%(who)s undid the arrangement of its pages")),
    "kept_as_one_document": ("document", gettext_lazy("%(who)s decided that it is one document")),
    "table_changed": ("edit", gettext_lazy("%(who)s changed lines")),
    "rejoined": ("document", gettext_lazy("%(who)s put its file together again")),
    "retried": ("retry", gettext_lazy("%(who)s had it read again")),
    "cancelled": ("stop", gettext_lazy("%(who)s cancelled the reading")),
    "field_unconfirmed": ("edit", gettext_lazy("%(who)s set %(field)s back to what was read")),
    "assigned": ("user", gettext_lazy("%(who)s assigned it to %(assignee)s")),
    "held": ("pause", gettext_lazy("%(who)s put it on hold: %(reason)s")),
    "unheld": ("play", gettext_lazy("%(who)s took it off hold")),
    "rejected": ("stop", gettext_lazy("%(who)s rejected it")),
    "first_approved": ("check", gettext_lazy("%(who)s gave the first approval")),
    "first_approval_withdrawn": ("edit", gettext_lazy("%(who)s took back the first approval")),
    "first_approval_voided": ("alert", gettext_lazy("The first approval counts no longer: a value changed")),
    "bank_details_verified": ("check", gettext_lazy("%(who)s confirmed the account with the vendor")),
    "approved": ("check", gettext_lazy("%(who)s approved it")),
    "reopened": ("edit", gettext_lazy("%(who)s reopened it")),
    "exported": ("archive", gettext_lazy("%(who)s exported it")),
    "export_undone": ("undo", gettext_lazy("%(who)s undid an export, and it is approved again")),
    "deleted": ("trash", gettext_lazy("%(who)s deleted it")),
    "restored": ("retry", gettext_lazy("%(who)s restored it")),
    "kept_as_distinct": ("document", gettext_lazy("%(who)s found that it is not the same as no. %(other)s")),
    "distinct_withdrawn": ("document", gettext_lazy("%(who)s compares it with no. %(other)s again")),
}
CONFIRMED = "field_confirmed"
TOLD_OTHERWISE = ("field_corrected", "comment_deleted")  # by the corrections and comments themselves


@dataclass(frozen=True, slots=True)
class Entry:
    """``pieces`` are a comment's text, with who is named in each. ``fields`` are those confirmed in one go."""

    at: datetime
    who: User | None
    icon: str
    text: str = ""
    comment: Comment | None = None
    pieces: tuple[tuple[str, User | None], ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def is_comment(self) -> bool:
        return self.comment is not None and self.comment.deleted_at is None

    @property
    def sentence(self) -> str:
        if not self.fields:
            return self.text
        return ngettext("%(who)s confirmed %(fields)s", "%(who)s confirmed %(fields)s", len(self.fields)) % {
            "who": named(self.who),
            "fields": ", ".join(self.fields),
        }


def timeline(invoice: Invoice, members: Sequence[User]) -> list[Entry]:
    """All of it, oldest first."""
    events = AuditEvent.objects.filter(invoice_id=invoice.pk).exclude(action__in=TOLD_OTHERWISE)
    events = events.select_related("user").order_by("-pk")[:AT_MOST]
    corrections = invoice.corrections.select_related("user").order_by("-pk")[:AT_MOST]
    comments = invoice.comments.select_related("user").order_by("-pk")[:AT_MOST]
    people = {person.pk: str(person) for person in members}
    entries = [
        *(_of_event(event, invoice, people) for event in events),
        *(_of_correction(correction) for correction in corrections),
        *(_of_comment(comment, members) for comment in comments),
    ]
    return _merged(sorted(entries, key=lambda entry: entry.at))


def state(invoice: Invoice) -> str:
    """Changes whenever the timeline does: two look-ups in an index."""
    event = AuditEvent.objects.filter(invoice_id=invoice.pk).aggregate(last=Max("pk"))["last"]
    return f"{event or 0}-{invoice.comments.aggregate(last=Max('pk'))['last'] or 0}"


def named(person: User | None) -> str:
    return str(person) if person else _("Somebody")


def _of_event(event: AuditEvent, invoice: Invoice, people: Mapping[int, str]) -> Entry:
    detail = event.detail
    if event.action == CONFIRMED:
        return Entry(event.created_at, event.user, "check", fields=(_label(detail.get("field", "")),))
    icon, sentence = SENTENCES.get(event.action, ("edit", None))
    if sentence is None:  # an act that nobody wrote a sentence for
        return Entry(event.created_at, event.user, icon, f"{named(event.user)}: {action_words(event.action)}")
    if event.action == "assigned" and not detail.get("assignee"):
        sentence = _("%(who)s assigned it to nobody")
    if event.action == "received" and event.user is None:
        sentence = _("It came in by itself")
    words = {
        "who": named(event.user),
        "assignee": people.get(detail.get("assignee") or 0) or _("somebody who left"),
        "reason": detail.get("reason", ""),
        "other": detail.get("other", ""),
        "field": _label(detail.get("field", "")),
    }
    return Entry(event.created_at, event.user, icon, str(sentence) % words + _more(event, invoice))


def _more(event: AuditEvent, invoice: Invoice) -> str:
    """What the invoice itself tells about an act: where it came from, why it was rejected, how much was read."""
    package = invoice.package
    if event.action == "received" and package is not None:
        source = _("mail of %(who)s") % {"who": package.sender} if package.sender else package.file_name
        return f" ({source})"
    if event.action == "rejected" and invoice.rejected_reason:
        return f": {told(invoice.rejected_reason)}"
    if event.action == "read" and (pages := event.detail.get("pages")):
        return " (" + ngettext("%(n)d page", "%(n)d pages", pages) % {"n": pages} + ")"
    return ""


def _of_correction(correction: Correction) -> Entry:
    words = {
        "who": named(correction.user),
        "field": _label(correction.field),
        "old": correction.old_value,
        "new": correction.new_value,
    }
    if not correction.old_value:
        sentence = _("%(who)s entered %(field)s: “%(new)s”")
    elif not correction.new_value:
        sentence = _("%(who)s removed %(field)s, which was “%(old)s”")
    else:
        sentence = _("%(who)s changed %(field)s from “%(old)s” to “%(new)s”")
    return Entry(correction.created_at, correction.user, "edit", sentence % words)


def _of_comment(comment: Comment, members: Iterable[User]) -> Entry:
    if comment.deleted_at is not None:
        text = _("%(who)s deleted a comment") % {"who": named(comment.user)}
        return Entry(comment.created_at, comment.user, "trash", text, comment)
    return Entry(comment.created_at, comment.user, "user", comment=comment, pieces=tuple(split(comment.text, members)))


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """Fields that one person confirmed one after the other are one entry."""
    merged: list[Entry] = []
    for entry in entries:
        last = merged[-1] if merged else None
        if last and last.fields and entry.fields and last.who == entry.who:
            fields = tuple(dict.fromkeys((*last.fields, *entry.fields)))
            merged[-1] = replace(entry, fields=fields)
        else:
            merged.append(entry)
    return merged


def _label(name: str) -> str:
    return _(BY_NAME[name].label) if name in BY_NAME else name
