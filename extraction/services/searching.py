"""The words by which documents are found, kept up to date. ``selectors.found_by`` looks in them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q

from extraction.engine.fields import BY_NAME, Kind
from extraction.models import FieldValue, Invoice, InvoicePage, LineItem, SearchText
from extraction.words import amount_words, date_words, joined, words_of

AT_ONCE = 200


def search_index(*, invoice: Invoice, pages: bool = True) -> None:
    """Take the words anew: of values and names, and of all ``pages`` and lines unless only values changed.

    Where more than that one change was made since the words were taken, its lines may be others, too: all are taken.
    """
    if not pages:
        words = joined(_value_words({invoice.pk: invoice})[invoice.pk])
        known = SearchText.objects.filter(pk=invoice.pk, revision__gte=invoice.revision - 1)
        if known.update(value_words=words, revision=invoice.revision):
            return
    _store([invoice])


def search_catch_up(*, most: int | None = None) -> int:
    """Documents without words, and those that changed since their words were taken. Returns how many there were.

    Nothing depends on it while every service calls ``search_index``; with it, one that forgets is late and not wrong.
    """
    old = Q(search_text=None) | ~Q(search_text__revision=F("revision"))
    stale = list(Invoice.objects.filter(old).order_by("-pk").values_list("pk", flat=True)[:most])
    for start in range(0, len(stale), AT_ONCE):
        _store(Invoice.objects.filter(pk__in=stale[start : start + AT_ONCE]).select_related("package"))
    return len(stale)


def search_rebuild() -> int:
    """All words anew, as after a change of the rules by which they are taken."""
    SearchText.objects.all().delete()
    return search_catch_up()


def _store(invoices: Iterable[Invoice]) -> None:
    """One statement for all; what another process stored meanwhile is replaced, not collided with."""
    rows = {invoice.pk: invoice for invoice in invoices}
    values, printed = _value_words(rows), _page_words(rows)
    SearchText.objects.bulk_create(
        [
            SearchText(
                invoice_id=pk, value_words=joined(values[pk]), page_words=joined(printed[pk]), revision=row.revision
            )
            for pk, row in rows.items()
        ],
        update_conflicts=True,
        unique_fields=["invoice"],
        update_fields=["value_words", "page_words", "revision"],
    )


def _value_words(rows: dict[int, Invoice]) -> dict[int, set[str]]:
    words = {pk: words_of(_names(row)) for pk, row in rows.items()}
    for value in FieldValue.objects.filter(invoice__in=rows).only("invoice_id", "name", "machine_value", "human_value"):
        kind = BY_NAME[value.name].kind if value.name in BY_NAME else Kind.TEXT
        words[value.invoice_id] |= {Kind.AMOUNT: amount_words, Kind.DATE: date_words}.get(kind, words_of)(value.value)
    for pk, row in rows.items():  # what lists show, also of documents whose values came on another way
        words[pk] |= words_of(f"{row.vendor_name} {row.invoice_number} {row.vendor_tax_id} {row.iban}")
        for amount in (row.gross_total, row.net_total, row.tax_total, row.amount_due):
            words[pk] |= amount_words(str(amount)) if amount is not None else set()
        for day in (row.issue_date, row.due_date):
            words[pk] |= date_words(day.isoformat()) if day else set()
    return words


def _names(invoice: Invoice) -> str:
    package = invoice.package
    mail = f"{package.file_name} {package.sender} {package.subject}" if package else ""
    return f"{invoice.file_name} {mail}"


def _page_words(rows: dict[int, Invoice]) -> dict[int, set[str]]:
    words: dict[int, set[str]] = {pk: set() for pk in rows}
    for pk, text in InvoicePage.objects.filter(invoice__in=rows).values_list("invoice_id", "text").iterator():
        words[pk] |= words_of(text)
    for pk, text, code in LineItem.objects.filter(invoice__in=rows).values_list("invoice", "description", "item_code"):
        words[pk] |= words_of(f"{text} {code}")
    return words
