"""The vendor's country, by what was found of the vendor: VAT id, address, IBAN, phone, registration, web site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..country import country_named, country_votes, dialled_country, site_country
from ..language import Language
from ..layout import Layout
from ..record import Candidate

_VOTES = 4  # in the whole text, as ``country_votes`` counts
_LEAST = 0.45  # the score from which what was found of the vendor speaks for its country
_PREFIX = {"EL": "GR", "XI": "GB"}  # where VAT ids do not begin with ISO 3166
_PREFIXED = re.compile(
    r"(?:AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)U?[0-9A-Z]*\d"
)
_POSTAL_PREFIX = re.compile(r"(?:^|[\s,])([A-Z]{1,3})-\d{4,5}\b")
_PLATES = {
    "D": "DE",
    "A": "AT",
    "F": "FR",
    "B": "BE",
    "I": "IT",
    "L": "LU",
    "E": "ES",
    "S": "SE",
    "P": "PT",
    "FIN": "FI",
}
# What is registered in one country only.
_REGISTERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bHR[AB]\b|handelsregister\b.*HR|amtsgericht", re.IGNORECASE), "DE"),
    (re.compile(r"siret|siren|\brcs\b", re.IGNORECASE), "FR"),
    (re.compile(r"kvk|kamer van koophandel", re.IGNORECASE), "NL"),
    (re.compile(r"\bkrs\b|regon|\bnip\b", re.IGNORECASE), "PL"),
    (re.compile(r"\bi[čc]o?\b|di[čc]\b", re.IGNORECASE), "CZ"),
    (re.compile(r"\bcvr\b", re.IGNORECASE), "DK"),
    (re.compile(r"org.*n|momsreg", re.IGNORECASE), "SE"),
    (re.compile(r"\brea\b|partita iva|p\.? ?iva", re.IGNORECASE), "IT"),
    (re.compile(r"\b[cn]\.?i\.?f\b", re.IGNORECASE), "ES"),
    (re.compile(r"contribuinte|nipc", re.IGNORECASE), "PT"),
    (re.compile(r"registered in england|companies house|company reg", re.IGNORECASE), "GB"),
    (re.compile(r"\babn\b|\bacn\b", re.IGNORECASE), "AU"),
    (re.compile(r"gstin", re.IGNORECASE), "IN"),
)


def find_vendor_country(layout: Layout, language: Language, found: Sequence[Candidate]) -> list[Candidate]:
    best = {
        field: max((c for c in found if c.field == field), key=lambda c: c.score, default=None) for field in _EVIDENCE
    }
    spoken: dict[str, Candidate] = {}
    for field, (country_of, sure) in _EVIDENCE.items():
        source = best[field]
        country = country_of(source) if source is not None and source.score >= _LEAST else None
        if source is None or country is None:
            continue
        before = spoken.get(country)
        if before is None:
            spoken[country] = Candidate(
                "vendor_country",
                country,
                source.text,
                source.page,
                source.box,
                sure,
                f"{_NAMES[field]} {source.text!r}",
            )
        else:  # two that agree
            score = round(1 - (1 - before.score) * (1 - sure) * 1.5, 4)
            spoken[country] = Candidate(
                before.field, country, before.text, before.page, before.box, max(before.score, score), before.reason
            )
    return list(spoken.values()) or list(_by_the_whole_text(layout))


def _by_the_whole_text(layout: Layout) -> Iterable[Candidate]:
    votes = country_votes(layout.document.text).most_common(2)
    if votes and layout.rows and (len(votes) == 1 or votes[0][1] > votes[1][1]) and votes[0][1] >= _VOTES:
        country, weight = votes[0]
        score = min(0.8, 0.5 + 0.06 * weight)
        yield Candidate(
            "vendor_country", country, "", layout.rows[0].page, None, score, "places, phones and names in the text"
        )


def _of_tax_id(found: Candidate) -> str | None:
    value = str(found.value)
    if _PREFIXED.fullmatch(value.replace(" ", "")):
        return _PREFIX.get(value[:2], value[:2])
    return _of_label(found)


def _of_label(found: Candidate) -> str | None:
    """What the label says in ``reason``, or the number itself."""
    text = f"{found.text} {found.reason}"
    return next((country for pattern, country in _REGISTERS if pattern.search(text)), None)


def _of_address(found: Candidate) -> str | None:
    lines = str(found.value).split("\n")
    named = country_named(lines[-1]) or country_named(lines[-1].split(",")[-1]) or _in_brackets(lines[-1])
    if named:
        return named
    plate = _POSTAL_PREFIX.search(lines[-1])
    return _PLATES.get(plate[1], plate[1] if len(plate[1]) == 2 else None) if plate else None


def _in_brackets(line: str) -> str | None:
    match = re.search(r"\(([^)]+)\)?$", line)
    return country_named(match[1]) if match else None


def _of_iban(found: Candidate) -> str | None:
    return str(found.value)[:2]


def _of_phone(found: Candidate) -> str | None:
    return dialled_country(str(found.value))


def _of_site(found: Candidate) -> str | None:
    return site_country(str(found.value))


# How often the evidence names the vendor's country: accounts may be abroad, sites anywhere.
_EVIDENCE: Mapping[str, tuple[Callable[[Candidate], str | None], float]] = {
    "vendor_address": (_of_address, 0.95),
    "vendor_tax_id": (_of_tax_id, 0.93),
    "vendor_registration_id": (_of_label, 0.9),
    "vendor_phone": (_of_phone, 0.85),
    "iban": (_of_iban, 0.85),
    "vendor_tax_number": (_of_label, 0.7),
    "vendor_email": (_of_site, 0.75),
    "vendor_website": (_of_site, 0.75),
}
_NAMES = {
    "vendor_address": "of the address",
    "vendor_tax_id": "of the tax id",
    "vendor_registration_id": "of the registration",
    "vendor_phone": "of the phone number",
    "iban": "of the IBAN",
    "vendor_tax_number": "of the tax number",
    "vendor_email": "of the e-mail address",
    "vendor_website": "of the web site",
}
