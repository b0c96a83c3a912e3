"""Several invoices in one file: which pages belong together.

Each page is read as if it were a document of its own, and compared with those before it: a page starts a new invoice
when it has a title, a number, a total and a vendor of its own, and continues one when it bears the same number, counts
on ("page 2 of 3") or carries a sum forward. Evidence adds up in log-odds. To part one invoice is worse than to keep two
together, so a page starts a new one only when that is very likely; in between a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz.fuzz import ratio

from . import classify
from .document import Document, Page
from .extract import find_candidates, lay_out, record_of
from .extractors.figures import find_figures
from .language import fold, plain
from .options import ReadOptions, Steps
from .ranking import Weights, score
from .record import InvoiceRecord, Problem

PageRange = tuple[int, int]  # first and last page of the file, both belong to it

SURE = 0.91  # from here on a page starts a document
DOUBT = 0.6  # from here on a person is asked
KNOWN = 0.4  # confidence of a value that may tell documents apart
# What was learned of whole invoices does not hold of pages, which may be time sheets or terms.
OF_A_PAGE = Steps(ranking=False, calibration=False)
TELLING = 5  # letters and digits of a number that is found again by no chance
SAME_NAME = 70  # of 100
LEAST_NAME = 4  # letters and digits of a vendor's name that is no scrap
LEAST_DIGITS = 3  # of a page with an amount
TOP = 0.4  # of a page, where titles stand
SHAPE = 0.08  # relative difference of two pages' proportions

_PAGE_WORD = (
    r"(?:page|pg|seite|blatt|pag|pagina|pagine|pagination|strana|strona|str|sida|sid|side|sivu|oldal|stranica|stran|"
    r"σελιδα|σελ|folha|hoja|foglio|feuille|bladzijde|blz|ページ|頁)"
)
_OF = r"(?:of|von|de|di|du|sur|van|z|ze|od|af|av|out of|απο|/|\||\(|-|–)"
_NUMBERED = re.compile(
    rf"(?<!\w){_PAGE_WORD}[\s.:#]*(?:no|nr|n°)?[\s.:]*(\d{{1,3}})(?:\s*{_OF}\s*(\d{{1,3}}))?(?![\d.,]\d)"
)
_CARRIED = re.compile(
    r"carried forward|brought forward|continued|ubertrag|zwischensumme seite|fortsetzung|a reporter|report a nouveau"
    r"|suite page|suma y sigue|suma anterior|riporto|a riportare|segue|przeniesieni|transport|vervolg"
)

_ALIKE = str.maketrans("oilsbz", "011582")  # a number misread on one page is still the same number

WEIGHTS: Weights = {
    "bias": -4.0,
    "complete": 1.5,  # the page is an invoice by itself
    "title": 2.0,
    "total": 1.0,
    "no_invoice_before": -3.0,  # a letter or a delivery note that comes with the invoice
    "ended": 1.5,  # the pages before have a total
    "other_number": 4.0,
    "same_number": -6.0,
    "number_again": -4.0,  # the number of the pages before is printed somewhere
    "other_vendor": 1.4,
    "headless": -2.0,  # no title, no number and no date of its own
    "other_ids": 1.0,  # tax ids and bank accounts
    "other_date": 1.0,
    "same_date": -1.0,
    "other_shape": 2.0,
    "first_page": 4.0,  # "page 1 of 2"
    "later_page": -4.0,
    "counted_out": 1.5,  # "page 2 of 2" stands before
    "carried": -2.0,
}


@dataclass(frozen=True, slots=True)
class Boundary:
    """``probability`` that another document starts at ``page``."""

    page: int
    probability: float


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says by itself. ``count`` is (page, of pages) as printed; 0 where it is not."""

    page: Page
    record: InvoiceRecord
    complete: float
    title: bool
    count: tuple[int, int]
    text: str
    carried: bool

    def value(self, name: str) -> str:
        found = self.record.fields.get(name)
        return plain(str(found.value)) if found and found.confidence >= KNOWN else ""

    @property
    def number(self) -> str:
        return self.value("invoice_number").translate(_ALIKE)

    @property
    def has_total(self) -> bool:
        return any(self.value(name) for name in ("gross_total", "amount_due"))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(filter(None, (self.value("vendor_tax_id"), self.value("iban"))))


@dataclass(frozen=True, slots=True)
class Division:
    """``parts`` are the invoices of a file by their pages, two or more; none where it is one, or where that is open.

    ``proposed`` are those that a person should be asked about, where one boundary or more is in doubt; ``problem`` says
    to people which pages look like separate invoices; None where nothing does.
    """

    parts: tuple[PageRange, ...] = ()
    proposed: tuple[PageRange, ...] = ()
    problem: Problem | None = None


def divide(document: Document, options: ReadOptions) -> Division:
    """Where one boundary is in doubt, the file stays whole: nothing may be torn apart."""
    found = [boundary for boundary in find_boundaries(document, options) if boundary.probability >= DOUBT]
    if not found:
        return Division()
    parts = tuple(page_ranges(document, [boundary.page for boundary in found]))
    sure = all(boundary.probability >= SURE for boundary in found)
    *most, last = [pages_text(part) for part in parts]
    message = f"This file may hold {len(parts)} invoices: {', '.join(most)} and {last} look like separate ones."
    message += " It was kept as one document."
    problem = Problem("several_invoices", (), message)
    return Division(parts, problem=problem) if sure else Division(proposed=parts, problem=problem)


def pages_text(pages: PageRange) -> str:
    """For people: "page 3" or "pages 3-4"."""
    first, last = pages
    return f"page {first}" if first == last else f"pages {first}-{last}"


def find_boundaries(document: Document, options: ReadOptions) -> list[Boundary]:
    """Every page after the first, with the probability that a new document starts there."""
    if len(document.pages) < 2 or _counts_through(document):
        return []
    facts = cache(lambda page: _facts(page, options))
    before: list[Page] = []
    found = []
    for page in document.pages:
        probability = 0.0
        if before and not _continues(before[-1], page):
            probability = score(_features([facts(known) for known in before], facts(page)), WEIGHTS)
        found.append(Boundary(page.number, probability))
        before = [page] if probability >= SURE else [*before, page]
    return found[1:]


def _continues(last: Page, page: Page) -> bool:
    """What is cheap to see: a page without figures, or one that counts on, begins no invoice."""
    if sum(char.isdigit() for char in page.text) < LEAST_DIGITS:
        return True
    number, total = _count(fold(page.text))
    before, total_before = _count(fold(last.text))
    return number > 1 and (total > 0 or before > 0) and number == before + 1 and total == total_before


def page_ranges(document: Document, starts: Iterable[int]) -> list[PageRange]:
    """The ranges that begin at the first page and at ``starts``."""
    numbers = [page.number for page in document.pages]
    firsts = [numbers[0], *sorted(starts)]
    return [(first, following - 1) for first, following in zip(firsts, [*firsts[1:], numbers[-1] + 1], strict=True)]


def _counts_through(document: Document) -> bool:
    """Page 1 of n to page n of n."""
    total = len(document.pages)
    return all(_count(fold(page.text)) == (number, total) for number, page in enumerate(document.pages, start=1))


def _facts(page: Page, options: ReadOptions) -> PageFacts:
    layout = lay_out(Document((replace(page, number=1),)))
    candidates = find_candidates(layout, options)
    priced = {figure.row for row in find_figures(layout) for figure in row if figure.is_money}
    titles = classify.find_titles(layout, priced_rows=frozenset(priced))
    text = fold(page.text)
    return PageFacts(
        page=page,
        record=record_of(layout, candidates, replace(options, steps=OF_A_PAGE)),
        complete=classify.judge(layout, candidates).probability,
        title=any(
            title.clear and title.box.y0 < TOP and title.kind not in classify.OTHER_DOCUMENTS for title in titles
        ),
        count=_count(text),
        text=plain(text).translate(_ALIKE),
        carried=bool(_CARRIED.search(text)),
    )


def _count(text: str) -> tuple[int, int]:
    """The surest count printed on the page: one with a total, else the first."""
    found = [(int(match[1]), int(match[2] or 0)) for match in _NUMBERED.finditer(text)]
    possible = [(page, total) for page, total in found if page and (not total or page <= total)]
    return max(possible, key=lambda count: count[1] > 0, default=(0, 0))


def _features(before: Sequence[PageFacts], page: PageFacts) -> dict[str, float]:
    last = before[-1]
    numbers = {facts.number for facts in before} - {""}
    number, dates = page.number, {facts.value("issue_date") for facts in before} - {""}
    names = {facts.value("vendor_name") for facts in before} - {""}
    name, date = page.value("vendor_name"), page.value("issue_date")
    ids = frozenset().union(*(facts.ids for facts in before))
    return {
        "complete": page.complete,
        "title": page.title,
        "total": page.has_total,
        "no_invoice_before": 1 - max(facts.complete for facts in before),
        "ended": any(facts.has_total for facts in before),
        "other_number": bool(number and numbers) and number not in numbers,
        "headless": not (page.title or number or date),
        "same_number": bool(number) and number in numbers,
        "number_again": any(len(known) >= TELLING and known in page.text for known in numbers - {number}),
        "other_vendor": bool(names)
        and len(name) >= LEAST_NAME
        and all(ratio(name, known) < SAME_NAME for known in names),
        "other_ids": bool(ids and page.ids) and not ids & page.ids,
        "other_date": bool(date and dates) and date not in dates,
        "same_date": bool(date) and date in dates,
        "other_shape": _shape(page.page) - _shape(last.page) > SHAPE or _shape(last.page) - _shape(page.page) > SHAPE,
        "first_page": page.count[0] == 1 and last.count[0] != 1,
        "later_page": page.count[0] > 1 and page.count[1] > 0,
        "counted_out": last.count[0] > 0 and last.count[0] == last.count[1],
        "carried": page.carried,
    }


def _shape(page: Page) -> float:
    return page.height / page.width if page.width else 1.0
