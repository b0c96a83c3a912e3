"""A document -> a record, top down: language, layout, candidates, one consistent record.

An extractor is ``find_X(layout, language, options) -> list[Candidate]``: it names every place that may hold a field,
with a score; it decides nothing. ``resolve`` decides. A follower, ``find_X(layout, language, found)``, starts from the
candidates found before it. To add one, add a row to ``EXTRACTORS`` or ``FOLLOWERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from . import classify
from .document import Document
from .extractors.accounts import find_accounts
from .extractors.adjustments import find_adjustments
from .extractors.amounts import find_amounts, find_breakdowns
from .extractors.contacts import find_contacts
from .extractors.dates import find_dates, with_both_readings
from .extractors.document_type import find_document_type
from .extractors.identifiers import find_identifiers
from .extractors.line_items import find_line_items, with_lines
from .extractors.means import find_payment_means
from .extractors.origin import find_vendor_country
from .extractors.parties import find_parties
from .extractors.party_addresses import find_addresses
from .extractors.payment import find_payment
from .extractors.periods import find_periods
from .extractors.references import find_references
from .extractors.registrations import find_registrations
from .extractors.tax_ids import find_tax_ids
from .extractors.terms import find_terms
from .language import Language, load_language
from .layout import Layout, build_layout
from .legibility import with_certainty
from .record import Candidate, InvoiceRecord
from .resolve import resolve
from .spoken import detect_language

if TYPE_CHECKING:
    from .options import ReadOptions

Extractor = Callable[["Layout", "Language", "ReadOptions"], "list[Candidate]"]
Follower = Callable[["Layout", "Language", "Sequence[Candidate]"], "list[Candidate]"]

EXTRACTORS: tuple[Extractor, ...] = (
    find_document_type,
    find_identifiers,
    find_dates,
    find_parties,
    find_tax_ids,
    find_payment,
    find_amounts,
    find_references,
    find_periods,
    find_contacts,
    find_registrations,
    find_accounts,
    find_terms,
)
# Those that start from what was found before them: an address from a name, a country from a VAT id.
FOLLOWERS: tuple[Follower, ...] = (
    find_addresses,
    find_vendor_country,
    find_payment_means,
    find_adjustments,
)


def extract(document: Document, *, options: ReadOptions) -> tuple[Document, InvoiceRecord]:
    """The document with its language told, and the record found in it: none of its values if it is no invoice.

    Never raises for what is printed. Pages count from the first one that is given; places name them as the file does.
    """
    ahead = document.pages[0].number - 1 if document.pages else 0
    if ahead:
        told, record = extract(document.numbered_from(1), options=options)
        return told.numbered_from(ahead + 1), record.on_later_pages(ahead)
    layout = lay_out(document)
    candidates = find_candidates(layout, options)
    verdict = None if options.is_invoice else classify.judge(layout, candidates)
    if verdict is not None and verdict.probability < classify.LEAST:
        return layout.document, classify.other_record(verdict)
    return layout.document, record_of(layout, candidates, options)


def lay_out(document: Document) -> Layout:
    """The document's language told, its words regrouped."""
    code = detect_language(document.text)
    return build_layout(document.with_language(code), load_language(code))


def find_candidates(layout: Layout, options: ReadOptions) -> list[Candidate]:
    found = [candidate for find in EXTRACTORS for candidate in find(layout, layout.language, options)]
    for follow in FOLLOWERS:
        found += follow(layout, layout.language, found)
    return with_certainty(found, layout.document)


def record_of(layout: Layout, candidates: Iterable[Candidate], options: ReadOptions) -> InvoiceRecord:
    found = list(candidates)
    lines = find_line_items(layout, layout.language, options, found)
    found = with_lines(found, lines)
    breakdowns = find_breakdowns(layout, layout.language)
    record = resolve(found, breakdowns=breakdowns, line_items=lines.items, today=options.today)
    return with_both_readings(record, found)
