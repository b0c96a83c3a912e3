"""The number under which the vendor is registered: HRB, SIRET, KvK, IČO, KRS, CVR, company number ..."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from stdnum.fr import siren, siret

from ..language import Language
from ..layout import Label, Layout, TextMap
from ..record import Candidate
from .roles import Places, buyer_places

if TYPE_CHECKING:
    from ..options import ReadOptions

# Numbers that carry their register's name, and how sure that makes them.
_NAMED = (
    (
        re.compile(
            r"(?<![^\W_])(HR\s?[AB])\s?(?:-?\s?Nr\.?|[A-ZÄÖÜ][a-zäöüß]+)?:?\s?(\d{1,6}(?:\s?[A-Z]{1,2})?)(?![^\W_])"
        ),
        0.9,
    ),
    (re.compile(r"(?<![^\W_])(FN)\s?(\d{5,6}\s?[a-z])(?![^\W_])"), 0.9),
    (re.compile(r"(?<![^\W_])(CHE)[- ]?(\d{3}\.?\d{3}\.?\d{3})(?!\d)"), 0.6),
    (re.compile(r"(?<![^\W_])REA:?\s?(?:n\.?\s?)?([A-Z]{2})\s?[-–]?\s?(\d{5,7})(?!\d)"), 0.85),
)
_NUMBER = re.compile(r"(?:[A-Z]{1,4}[- ]?)?\d[\d. /-]{2,18}\d(?:\s?-?[A-Z])?(?![^\W_])|[A-Z]{2}\d{6}(?![^\W_])")
_NEAR = 24  # characters between a label and its number: "RCS Paris B 123 456 789", "Companies House No."
_DIGITS = re.compile(r"\D")
# Of several registrations the one that identifies the company itself; national identifiers before local registers.
_ORDER = ("siret", "siren", "krs", "regon", "rcs", "ape", "naf", "bdo")
_CLASSES = frozenset({"ape", "naf", "codeape", "codenaf"})  # what a company does, not which one it is


def find_registrations(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    buyers = buyer_places(layout)
    found = [*_named(layout, buyers), *_labelled(layout, buyers)]
    values = {str(candidate.value) for candidate in found}
    return [c for c in found if not any(other != c.value and str(c.value) in other for other in values)]


def _named(layout: Layout, buyers: Places) -> Iterable[Candidate]:
    for row in layout.rows:
        chars = TextMap(row.words)
        for pattern, score in _NAMED:
            for match in pattern.finditer(chars.text):
                box = chars.box(*match.span())
                if not buyers.holds(row.page, box):
                    joint = "-" if "REA" in match[0] else " "
                    value = f"{match[1].replace(' ', '')}{joint}{match[2]}"
                    reason = "number of a company register"
                    yield Candidate("vendor_registration_id", value, match[0], row.page, box, score, reason)


def _labelled(layout: Layout, buyers: Places) -> Iterable[Candidate]:
    for label in layout.labels("vendor_registration_id"):
        name = "".join(char for char in label.text.lower() if char.isalnum())
        if name in _CLASSES:
            continue
        words = layout.right_of(label)
        chars = TextMap(words)
        match = _NUMBER.search(chars.text)
        if match is None or match.start() > _NEAR or any(char.isdigit() for char in chars.text[: match.start()]):
            continue
        box = chars.box(*match.span())
        if buyers.holds(label.page, label.box) or buyers.holds(label.page, box):
            continue
        value, sure = _checked(match[0].strip(" .-/"), name)
        score = round(sure * label.quality * (0.98 ** _rank(name)), 4)
        yield Candidate("vendor_registration_id", value, value, label.page, box, score, _reason(label))


def _reason(label: Label) -> str:
    return f"right of label '{label.text}'"


def _rank(name: str) -> int:
    return next((rank for rank, known in enumerate(_ORDER) if known in name), 0)


def _checked(text: str, name: str) -> tuple[str, float]:
    """The number, cut to what is one, and how sure that is; French numbers have check digits."""
    digits = _DIGITS.sub("", text)
    if "siret" in name and len(digits) == 14:
        return digits, 0.93 if siret.is_valid(digits) else 0.85
    for module, length in ((siret, 14), (siren, 9)):
        if ("siret" in name or "siren" in name or "rcs" in name) and module.is_valid(digits[:length]):
            return digits[:length], 0.93
    return text, 0.85 if len(digits) >= 5 else 0.5
