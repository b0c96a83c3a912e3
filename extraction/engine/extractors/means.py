"""How the invoice is paid, as one of the few words that e-invoices have for it (UNTDID 4461)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from ..document import Word
from ..einvoice.syntax import PAYMENT_MEANS
from ..language import Language, codes, label_key, label_tokens, payment_means
from ..layout import Cell, Layout
from ..record import Candidate
from .beside import box_of, text_of, value_of

_IN_EUROS = {"30": "58", "49": "59"}  # transfers and debits in euros go by SEPA
_TRANSFER, _DEBITS = "30", frozenset({"49", "59"})
_PAYING = frozenset({"payment_sentence", "iban", "payment_reference", "bank_account", "account_name"})


def find_payment_means(layout: Layout, language: Language, found: Sequence[Candidate]) -> list[Candidate]:
    """By what stands beside a label, else by words of payment anywhere, else by the account that is printed."""
    named = [*_labelled(layout), *_named(layout)] or list(_by_account(found))
    return [_candidate(*place, euros=_is_in_euros(found)) for place in named]


Place = tuple[str, str, Sequence[Word], int, float, str]  # code, text, words, page, score, reason


def _labelled(layout: Layout) -> Iterable[Place]:
    for label in layout.labels("payment_means", "payment_terms"):
        beside = value_of(layout, label, whole=True)
        for code, words in phrases(beside[0]) if beside else ():
            assert beside
            score = (0.9 if label.key == "payment_means" else 0.75) * label.quality
            yield code, text_of(words), words, label.page, score, f"{beside[1]} label '{label.text}'"
            break


def _named(layout: Layout) -> Iterable[Place]:
    """Only what is hardly printed but for the means itself: debits, and transfers in sentences about paying."""
    for row in layout.rows:
        for cell in row.cells:
            for code, words in phrases(cell.words):
                if code in _DEBITS or (code in (_TRANSFER, "58") and _speaks_of_paying(layout, cell)):
                    yield code, text_of(words), words, row.page, 0.8, f"'{text_of(words)}' is printed"


def _speaks_of_paying(layout: Layout, cell: Cell) -> bool:
    return any(label.key in _PAYING for label in layout.labels_in_row(cell.row))


def _by_account(found: Sequence[Candidate]) -> Iterable[Place]:
    accounts = [c for c in found if c.field in ("iban", "bank_account") and c.score > 0.5]
    settled = any(c.field in ("cash", "change") and c.score > 0.3 for c in found)
    for account in accounts[: 0 if settled else 1]:
        yield _TRANSFER, account.text, (), account.page, 0.65, "an account to pay to is printed"


def _is_in_euros(found: Sequence[Candidate]) -> bool:
    currency = max((c for c in found if c.field == "currency"), key=lambda c: c.score, default=None)
    return currency is not None and currency.value == "EUR"


def _candidate(
    code: str, text: str, words: Sequence[Word], page: int, score: float, reason: str, *, euros: bool
) -> Candidate:
    value = PAYMENT_MEANS[_IN_EUROS.get(code, code) if euros else code]
    return Candidate("payment_means", value, text, page, box_of(words) if words else None, round(score, 4), reason)


def phrases(words: Sequence[Word]) -> Iterable[tuple[str, Sequence[Word]]]:
    """(code, words) of the means named in a text, the longest phrase at each place."""
    tokens = [(token, index) for index, word in enumerate(words) for token in label_tokens(word.text)]
    known, longest = _known()
    position = 0
    while position < len(tokens):
        for size in range(min(longest, len(tokens) - position), 0, -1):
            code = known.get("".join(token for token, _ in tokens[position : position + size]))
            if code:
                yield code, words[tokens[position][1] : tokens[position + size - 1][1] + 1]
                position += size
                break
        else:
            position += 1


@cache
def _known() -> tuple[dict[str, str], int]:
    """Phrase as ``label_key`` writes it -> code, of all languages; and the most words that one has."""
    known: dict[str, str] = {}
    longest = 1
    for language in codes():
        for code, phrases in payment_means(language).items():
            for phrase in phrases:
                known.setdefault(label_key(phrase), code)
                longest = max(longest, len(phrase.split()))
    return known, longest
