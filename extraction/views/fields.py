"""How one field looks on the review form: its value, how sure the machine is, and where it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from extraction import selectors, services
from extraction.doubts import SURE
from extraction.engine.fields import DOCUMENT_TYPES, FIELDS, GROUPS, FieldSpec, Kind
from extraction.models import FieldValue, Invoice
from extraction.services import EditConflict
from extraction.templatetags.ui import percent

from .problems import Sum, is_grave, worked_sums

DOUBTFUL = 0.5
CHOICES = 4  # other values that are offered: as many as keys are easy to reach


@dataclass(frozen=True)
class FieldView:
    """What templates ask for again and again is worked out once: nothing here changes.

    ``error`` and ``typed`` are set while what a person typed is no value of the field.

    ``from_einvoice``: the machine's value was stated by the sender's XML, not read, so no likelihood is said.
    ``sum``: this is the sum of other fields, and does not hold.
    ``conflict`` is set while somebody else's value holds where this person typed another.
    """

    spec: FieldSpec
    row: FieldValue | None
    problems: Sequence[Mapping[str, Any]] = ()
    error: str = ""
    typed: str | None = None
    saved: bool = False
    from_einvoice: bool = False
    required: bool = False
    main: bool = False
    conflict: EditConflict | None = None
    sum: Sum | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @cached_property
    def label(self) -> str:
        return _(self.spec.label)

    @property
    def kind(self) -> Kind:
        return self.spec.kind

    @cached_property
    def value(self) -> str:
        return self.row.value if self.row else ""

    @property
    def shown(self) -> str:
        return self.value if self.typed is None else self.typed

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """Of a choice, all; an unknown stored value stays choosable instead of vanishing."""
        if self.kind is not Kind.CHOICE:
            return []
        known = {"": "", **{value: _(label) for value, label in DOCUMENT_TYPES.items()}}
        return list(({self.shown: self.shown} | known).items())

    @property
    def machine_label(self) -> str:
        value = self.row.machine_value if self.row else ""
        return dict(self.choices).get(value, value)

    @cached_property
    def human(self) -> bool:
        return bool(self.row and self.row.human_value is not None)

    @cached_property
    def corrected(self) -> bool:
        return bool(self.row and self.human and self.row.human_value != self.row.machine_value)

    @cached_property
    def state(self) -> tuple[str, str]:
        """Colour and words of the pill."""
        if self.corrected:
            return "info", _("entered") if self.value else _("emptied")
        if self.human:
            return "ok", _("confirmed")
        if not self.value:
            return ("check", _("missing")) if self.required else ("", _("not found"))
        if self.from_einvoice:
            return "ok", _("e-invoice")
        confidence = self.likelihood
        if confidence >= SURE:
            return "ok", _("sure %s") % percent(confidence)
        word = _("check %s") if confidence >= DOUBTFUL else _("doubtful %s")
        return ("check" if confidence >= DOUBTFUL else "bad"), word % percent(confidence)

    @property
    def unsure(self) -> bool:
        return bool(self.value) and not self.human and self.state[0] != "ok"

    @cached_property
    def doubt(self) -> float | None:
        """How much this needs a look, from 0 (most) to 1; None for what needs none, or had one.

        Of what only some documents have, nobody must settle the doubt: it is marked, and not in the way.
        """
        if self.human or not (self.main or self.required or self.problems):
            return None
        if self.missing:
            return 0.0
        if self.problems:
            return min(0.1 if any(is_grave(problem) for problem in self.problems) else SURE, self.likelihood)
        return self.likelihood if self.unsure else None

    @property
    def missing(self) -> bool:
        """Required, and nobody has said yet that the document has none."""
        return self.required and not self.value and not self.human

    @property
    def likelihood(self) -> float:
        return (self.row.confidence if self.row else None) or 0.0

    @cached_property
    def alternatives(self) -> list[dict[str, Any]]:
        """Other values that were read, each once and not the one that holds."""
        names = dict(self.choices)
        seen, found = {self.value}, []
        for other in self.row.alternatives if self.row else []:
            if other["value"] not in seen:
                seen.add(other["value"])
                label = names.get(other["value"], other["value"])
                found.append({**other, "label": label, "place": place(other.get("page"), other.get("box"))})
        return found[:CHOICES]

    @cached_property
    def place(self) -> str:
        """Where the value that holds was read; a corrected one has a place only if it was an alternative."""
        if self.row is None or not self.value:
            return ""
        if not self.corrected:
            return place(self.row.page, self.row.box)
        same = (other for other in self.row.alternatives if other["value"] == self.value)
        return next((place(other.get("page"), other.get("box")) for other in same), "")


def place(page: int | None, box: Sequence[float] | None) -> str:
    """``page x0 y0 x1 y1`` for the script that draws it, or ""."""
    return " ".join(str(number) for number in (page, *box)) if page and box else ""


@dataclass(slots=True)
class Group:
    key: str
    label: str
    main: list[FieldView] = field(default_factory=list)
    more: list[FieldView] = field(default_factory=list)


def field_views(invoice: Invoice) -> dict[str, FieldView]:
    """Every field of the catalogue, also those that nobody found: a person can fill them in."""
    rows = {row.spec.name: row for row in selectors.review_fields(invoice)}
    exact, sums = invoice.source == "e_invoice", worked_sums(invoice)
    required, main = services.required_fields(invoice.workspace), services.main_fields(invoice.workspace)
    views = {}
    for spec in FIELDS:
        row = rows.get(spec.name)
        views[spec.name] = FieldView(
            spec,
            row.value if row else None,
            row.problems if row else (),
            from_einvoice=exact and row is not None,
            required=spec.name in required,
            main=spec.name in main,
            sum=sums.get(spec.name),
        )
    return views


def to_check(views: Mapping[str, FieldView]) -> list[FieldView]:
    """What needs a look, the most doubtful first; equals stay in the order of the catalogue."""
    doubtful = [(view.doubt, view) for view in views.values() if view.doubt is not None]
    return [view for _doubt, view in sorted(doubtful, key=lambda pair: pair[0])]


def grouped(views: Mapping[str, FieldView], *, by_doubt: bool = False) -> list[Group]:
    """The form's sections. ``by_doubt``: what needs a look stands together on top, and only there."""
    first = to_check(views) if by_doubt else []
    groups = {key: Group(key, _(label)) for key, label in GROUPS.items()}
    for view in views.values():
        if view not in first:
            group = groups[view.spec.group]
            (group.main if view.main else group.more).append(view)
    return [Group("to-check", _("To check"), main=first), *groups.values()] if first else list(groups.values())
