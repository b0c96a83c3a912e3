"""What templates need to show: icons, amounts, words for a confidence."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from extraction import wording
from extraction.engine.errors import ReadingCancelled
from extraction.engine.fields import DOCUMENT_TYPES, FieldSpec, Kind
from extraction.engine.files import FORMATS
from extraction.models import Invoice, Status
from extraction.services import RETRY_MAY_HELP

register = template.Library()

# Drawn on a 24 by 24 grid with a stroke; app.css sets size and colour.
ICONS: dict[str, str] = {
    "alert": '<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5"/><path d="M12 17.2v.1"/>',
    "arrow-left": '<path d="M19 12H5"/><path d="m11 6-6 6 6 6"/>',
    "archive": '<path d="M4 8h16v11H4z"/><path d="M3 4.5h18V8H3z"/><path d="M10 12h4"/>',
    "bookmark": '<path d="M6.5 3.5h11V21L12 16.5 6.5 21z"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15z"/><path d="M10 21h4"/>',
    "camera": '<path d="M4 8h3.5L9 5.5h6L16.5 8H20v11H4z"/><circle cx="12" cy="13" r="3.2"/>',
    "chart": '<path d="M4 20h16"/><path d="M6.5 20v-6h3v6M11 20V5h3v15M15.5 20v-9h3v9"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "chevron-down": '<path d="m6 9.5 6 6 6-6"/>',
    "chevron-left": '<path d="m14.5 6-6 6 6 6"/>',
    "chevron-right": '<path d="m9.5 6 6 6-6 6"/>',
    "comment": '<path d="M4 5h16v11.5H11L6.5 20v-3.5H4z"/>',
    "chevron-up": '<path d="m6 14.5 6-6 6 6"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>',
    "close": '<path d="M6 6l12 12"/><path d="M18 6 6 18"/>',
    "columns": '<path d="M4 5h16v14H4z"/><path d="M9.5 5v14M15 5v14"/>',
    "document": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4"/><path d="M9 12h6"/><path d="M9 16h6"/>',
    "download": '<path d="M12 4v11"/><path d="m7 10.5 5 5 5-5"/><path d="M4.5 20h15"/>',
    "edit": '<path d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19z"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5s9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5-9.5-6.5-9.5-6.5z"/>'
    '<circle cx="12" cy="12" r="3"/>',
    "filter": '<path d="M4 6h16"/><path d="M7 12h10"/><path d="M10 18h4"/>',
    "fit": '<path d="M3 12h18"/><path d="m6.5 8.5-3.5 3.5 3.5 3.5"/><path d="m17.5 8.5 3.5 3.5-3.5 3.5"/>',
    "help": '<circle cx="12" cy="12" r="8.5"/>'
    '<path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8"/><path d="M12 16.5v.1"/>',
    "fit-page": '<path d="M5 3.5h14v17H5z"/><path d="M12 7.5v9"/><path d="m9.5 10 2.5-2.5 2.5 2.5"/>'
    '<path d="m9.5 14 2.5 2.5 2.5-2.5"/>',
    "guides": '<path d="M3 6h18M3 18h18"/><path d="M8 3v18M16 3v18" stroke-dasharray="3 2"/>',
    "keyboard": '<path d="M3 6.5h18v11H3z"/><path d="M7 10h.1M11 10h.1M15 10h.1M17.5 10h.1M8 14h8"/>',
    "minus": '<path d="M5 12h14"/>',
    "more": '<path d="M5 12h.1M12 12h.1M19 12h.1" stroke-width="3"/>',
    "people": '<circle cx="9" cy="9" r="3.5"/><path d="M2.5 19c.8-3.4 3.2-5 6.5-5s5.7 1.6 6.5 5"/>'
    '<path d="M15.5 5.8a3.5 3.5 0 0 1 0 6.4"/><path d="M18 14.6c1.8.7 3 2.2 3.5 4.4"/>',
    "pause": '<path d="M8.5 5v14"/><path d="M15.5 5v14"/>',
    "play": '<path d="M8 5v14l11-7z"/>',
    "pages": '<path d="M4 3.5h9v12H4z"/><path d="M16.5 8.5H20v12h-9v-2"/>',
    "plus": '<path d="M12 5v14"/><path d="M5 12h14"/>',
    "redo": '<path d="m15 5 4.5 4.5L15 14"/><path d="M19.5 9.5h-9a5.5 5.5 0 0 0 0 11H14"/>',
    "retry": '<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4"/><path d="M19.5 3.5v4h-4"/>',
    "rotate": '<path d="M5 12a7.5 7.5 0 1 1 2.3 5.4"/><path d="M5 20.5v-4h4"/>',
    "scissors": '<circle cx="6.5" cy="7" r="2.5"/><circle cx="6.5" cy="17" r="2.5"/>'
    '<path d="M8.7 8.3 20 17"/><path d="M8.7 15.7 20 7"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "settings": '<circle cx="12" cy="12" r="3"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3"/>'
    '<path d="M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2"/>',
    "sort-down": '<path d="M12 5v14"/><path d="m6.5 13.5 5.5 5.5 5.5-5.5"/>',
    "sort-up": '<path d="M12 19V5"/><path d="m6.5 10.5 5.5-5.5 5.5 5.5"/>',
    "stop": '<circle cx="12" cy="12" r="8.5"/><path d="m6.5 6.5 11 11"/>',
    "table": '<path d="M3.5 5h17v14h-17z"/><path d="M9.2 5v14"/><path d="M14.8 5v14"/>',
    "theme": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor"/>',
    "undo": '<path d="M4.5 9.5h10a5 5 0 0 1 0 10H9"/><path d="m8.5 5-4 4.5 4 4.5"/>',
    "join": '<path d="M4 4h6v16H4zM14 4h6v16h-6z"/><path d="M8 12h8"/>',
    "trash": '<path d="M4.5 7h15"/><path d="M9 7V4h6v3"/><path d="m6.5 7 1 13h9l1-13"/>',
    "turn": '<path d="M4 10h10v10H4z"/><path d="M9 4h6a4.5 4.5 0 0 1 4.5 4.5V12"/><path d="m16.5 9.5 3 3 3-3"/>',
    "upload": '<path d="M12 19V7"/><path d="m7 11.5 5-5 5 5"/><path d="M4.5 3.5h15"/>',
    "user": '<circle cx="12" cy="8.5" r="4"/><path d="M4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5"/>',
}

PAGES_FOR_A_GUESS = 3

STATUS_LOOK: dict[str, tuple[str, str]] = {  # status -> icon, colour of its pill
    "queued": ("clock", ""),
    "reading": ("eye", "info"),
    "review": ("edit", "check"),
    "approved": ("check", "ok"),
    "exported": ("archive", "ok"),
    "failed": ("alert", "bad"),
    "rejected": ("stop", ""),
}


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An inline picture that says nothing to a screen reader: the text beside it does."""
    body = mark_safe(ICONS[name])  # noqa: S308 - our own constant
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', body)


@register.inclusion_tag("status_pill.html")
def status_pill(invoice: Invoice) -> dict[str, str]:
    if was_cancelled(invoice.error_code):
        return {"icon_name": "stop", "tone": "", "label": _("Cancelled")}
    if invoice.is_held:
        return {"icon_name": "pause", "tone": "", "label": _("On hold")}
    if invoice.awaits_second_approval:
        return {"icon_name": "check", "tone": "info", "label": _("1 of 2 approvals")}
    look, tone = STATUS_LOOK.get(invoice.status, ("document", ""))
    return {"icon_name": look, "tone": tone, "label": invoice.get_status_display()}


@register.filter
def told(sentence: str) -> str:
    """What the engine said (a problem, a reason, an error), in the language of the page."""
    return wording.told(sentence)


@register.filter
def amount(value: Any) -> str:
    """12345.6 -> 12,345.60; more than two decimals stay when they mean something."""
    if value in (None, ""):
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return number_format(number, max(2, decimals(number)), force_grouping=True)


@register.filter
def worded(value: str, spec: FieldSpec) -> str:
    """A stored value where it is only read: amounts, dates and kinds of documents as the language has them."""
    if spec.kind is Kind.CHOICE:
        return _(DOCUMENT_TYPES[value]) if value in DOCUMENT_TYPES else value
    if spec.kind is Kind.DATE:
        return date_format(found, "SHORT_DATE_FORMAT") if (found := parse_date(value)) else value
    return amount(value) if spec.kind is Kind.AMOUNT else value


@register.filter
def quantity(value: Any) -> str:
    """2.0000 -> 2; 1.2500 -> 1.25."""
    if value in (None, ""):
        return ""
    number = Decimal(str(value))
    return number_format(number, decimals(number), force_grouping=True)


def decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@register.filter
def with_code(text: str) -> SafeString:
    """What stands between backticks, as code."""
    parts = [format_html("<code>{}</code>" if at % 2 else "{}", part) for at, part in enumerate(text.split("`"))]
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


@register.filter
def pretty_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@register.filter
def percent(value: float | None) -> str:
    """A confidence for people: never 100 %, because nothing that was read is certain, and never rounded up."""
    return "" if value is None else _("%(share)d %%") % {"share": min(99, int(value * 100 + 1e-9))}


@register.simple_tag
def undo_of(message: Message) -> str:
    """The address that takes back what a message tells, or "": its tags read ``undo ADDRESS ID...``."""
    tags = (message.extra_tags or "").split()
    return reverse(tags[1], args=[int(tag) for tag in tags[2:] if tag.isdigit()]) if tags[:1] == ["undo"] else ""


@register.simple_tag
def accepted_files() -> str:
    """What a file dialog offers, for its ``accept``."""
    return ",".join(suffix for kind in FORMATS for suffix in kind.suffixes)


@register.filter
def needs_new_file(error_code: str) -> bool:
    """A document that failed because of its file: reading it again changes nothing."""
    return error_code not in RETRY_MAY_HELP and not was_cancelled(error_code)


@register.filter
def was_cancelled(error_code: str) -> bool:
    """Somebody stopped the reading; nothing is wrong with the document."""
    return error_code == ReadingCancelled.code


# --- how a reading goes, and what it was ------------------------------------------------------------------------------

SOURCES: dict[str, tuple[Any, Any]] = {  # in a few words, and in a sentence
    "text_layer": (gettext_lazy("digital text"), gettext_lazy("The words are those that the PDF itself holds.")),
    "ocr": (gettext_lazy("recognised from the picture"), gettext_lazy("A scan or photo: its words were recognised.")),
    "mixed": (
        gettext_lazy("digital and recognised text"),
        gettext_lazy("Some words are the PDF's own, others were recognised from its pictures."),
    ),
    "e_invoice": (
        gettext_lazy("e-invoice"),
        gettext_lazy("The values are those that the sender's program wrote into the file; nothing was guessed."),
    ),
}


@register.filter
def source_words(source: str) -> tuple[Any, Any] | None:
    return SOURCES.get(source)


@register.filter
def language_name(code: str) -> str:
    """de -> German; a code that has no name here stays a code."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code.upper()


@register.filter
def progress_state(invoice: Invoice) -> str:
    """Changes whenever there is something new to tell about a reading."""
    return f"{invoice.status}-{invoice.pages_done}-{invoice.page_count}"


@register.filter
def time_left(invoice: Invoice) -> str:
    """A guess from the pages so far, once there are enough of them; the first one also waits for the models to load."""
    done, started = invoice.pages_done, invoice.started_at
    if invoice.status != Status.READING or started is None or not PAGES_FOR_A_GUESS <= done < invoice.page_count:
        return ""
    seconds = (timezone.now() - started).total_seconds() / done * (invoice.page_count - done)
    if seconds < 50:
        return _("less than a minute left")
    minutes = round(seconds / 60) or 1
    return ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes) % {"n": minutes}
