"""What each language calls things on invoices: one TOML file per language in ``languages/``.

A file holds ``labels`` (field name -> phrases), ``document_types`` (type -> words), ``other_documents`` (what is no
invoice -> titles), ``words`` (frequent words, to tell the language), ``months``, ``suffixes`` (legal forms),
``payment_means`` (code of UNTDID 4461 -> words), ``columns`` (heads of tables of invoiced lines), ``decimal`` and
``day_first``. Label keys are field names of the catalogue, plus keys that exist to keep words away from fields:
``other_date``, ``other_amount``, ``cash`` and so on. A phrase may stand under several keys. Phrases are compared
without case, accents, spaces and punctuation.

All languages are searched together, because documents mix them; the document's own language and English are the ones
in which misread phrases are accepted, and the own one decides where languages disagree about a phrase.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from . import repair

FOLDER = Path(__file__).parent / "languages"
DEFAULT = "en"
OPENING = 4  # characters of a phrase
_SPLIT = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LOOKALIKE = str.maketrans("01i|58", "olllsb")
# How far a misread phrase may be from a known one in ``repair.distance``, by its length. Four characters take one slip
# between letters that look alike, seven a lost letter as well; shorter ones must be what ``label_key`` makes equal.
_BUDGETS = ((10, 2.0), (7, 0.95), (4, 0.25))
_SEVERAL_WORDS = 0.5  # the budget of several short words: "total eat" is not "total VAT"
_FOREIGN_FROM = 5  # characters: a shorter foreign phrase is more often another word ("le", "du", "no") ...
_SHORT_KEYS = frozenset({"tax_total", "vendor_tax_id"})  # ... except the names of taxes: IVA, TVA, BTW
_LONG = 10  # characters


def fold(text: str) -> str:
    """Lower case without accents: what "É" and "e" have in common."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=20_000)
def label_tokens(text: str) -> tuple[str, ...]:
    """A word's parts between punctuation, folded, with characters that OCR confuses made equal."""
    if "|" in text or "!" in text:
        text = _with_letter_l(text)
    parts = [part for part in _SPLIT.split(fold(text)) if part]
    return tuple(part if part.isdigit() else part.translate(_LOOKALIKE) for part in parts)


def _with_letter_l(text: str) -> str:
    """Strokes are the letter l where a known word comes of it ("Tota|"), else the rules of a table."""
    spelt = re.sub(r"[|!]", "l", text)
    parts = [part for part in _SPLIT.split(fold(spelt)) if part]
    return spelt if parts and all(part in _label_words() for part in parts) else text


@cache
def _label_words() -> frozenset[str]:
    phrases = (phrase for code in codes() for found in _table(code, "labels").values() for phrase in found)
    return frozenset(part for phrase in phrases for part in _SPLIT.split(fold(phrase)))


def label_key(text: str) -> str:
    """The form in which phrases are compared."""
    return "".join(label_tokens(text))


class Vocabulary:
    """Phrases to label keys, exact and tolerant to misreadings, in constant time per lookup.

    Near phrases are found by symmetric deletion (W. Garbe's SymSpell): two strings that become equal by dropping at
    most one character each are near. It is done to skeletons, in which letters that look alike are equal already, so
    that "rechnungsdaturn" meets "rechnungsdatum". The weighted distance then decides, within a budget by length.
    """

    def __init__(
        self,
        exact: Mapping[str, tuple[tuple[str, float], ...]],
        fuzzy: Iterable[str],
        known: frozenset[str] = frozenset(),
    ) -> None:
        self.exact = exact
        self.openings = frozenset(phrase[:OPENING] for phrase in exact)  # to pass quickly over what is no phrase
        self.known = known  # words that are no labels: they are not misread ones either
        self.deletions: dict[str, list[str]] = defaultdict(list)
        for phrase in fuzzy:
            if _budget(phrase, 1):
                skeleton = repair.skeleton(phrase)
                for shorter in (skeleton, *_deletions(skeleton)):
                    self.deletions[shorter].append(phrase)
        self._seen: dict[tuple[str, int], tuple[tuple[str, float], ...]] = {}

    def find(self, text: str, *, words: int = 1) -> tuple[tuple[str, float], ...]:
        """(key, quality) of the phrase that ``text``, given as by ``label_key``, is; empty if none.

        ``words`` is how many words it was printed as: of several short ones hardly any may be misread.
        """
        found = self.exact.get(text)
        if found is not None or len(text) < _BUDGETS[-1][0] or text in self.known or text.isdigit():
            return found or ()
        key = (text, words)
        if key not in self._seen:
            if len(self._seen) > 50_000:
                self._seen.clear()
            self._seen[key] = self._nearest(text, words)
        return self._seen[key]

    def _nearest(self, text: str, words: int) -> tuple[tuple[str, float], ...]:
        skeleton = repair.skeleton(text)
        near = {phrase for shorter in (skeleton, *_deletions(skeleton)) for phrase in self.deletions.get(shorter, ())}
        best, best_distance = "", 3.0
        for phrase in sorted(near):
            budget = min(_budget(phrase, words), _budget(text, words))  # of the shorter one: a part is not the whole
            distance = repair.distance(text, phrase, most=budget)
            if distance <= budget and distance < best_distance:
                best, best_distance = phrase, distance
        return tuple((key, quality * (1 - 0.12 * best_distance)) for key, quality in self.exact[best]) if best else ()


def _budget(phrase: str, words: int) -> float:
    budget = next((budget for length, budget in _BUDGETS if len(phrase) >= length), 0.0)
    return min(budget, _SEVERAL_WORDS) if words > 1 and len(phrase) < _LONG else budget


def _deletions(text: str) -> set[str]:
    return {text[:index] + text[index + 1 :] for index in range(len(text))}


@dataclass(frozen=True)
class Language:
    """One language's data, with the vocabulary of all languages seen from it."""

    code: str
    decimal: str
    day_first: bool
    words: frozenset[str]
    months: Mapping[str, int]
    suffixes: tuple[str, ...]
    document_types: Mapping[str, tuple[str, ...]]
    other_documents: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, tuple[str, ...]]
    vocabulary: Vocabulary
    columns: Vocabulary


@cache
def codes() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def _data(code: str) -> dict[str, object]:
    if code not in codes():
        return {}
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def _table(code: str, name: str) -> dict[str, tuple[str, ...]]:
    table = _data(code).get(name, {})
    assert isinstance(table, dict)
    return {key: tuple(phrases) for key, phrases in table.items()}


def _strings(code: str, name: str) -> tuple[str, ...]:
    values = _data(code).get(name, ())
    assert isinstance(values, list | tuple)
    return tuple(str(value) for value in values)


@cache
def load_language(code: str) -> Language:
    """The language of an ISO 639-1 code; one without a file has English labels, but its own months and marks."""
    if code not in codes():
        return _without_file(code)
    data = _data(code)
    return Language(
        code=code,
        decimal=str(data["decimal"]),
        day_first=bool(data["day_first"]),
        words=frozenset(fold(word) for word in _strings(code, "words")),
        months=month_names(code),
        suffixes=_strings(code, "suffixes"),
        document_types=_table(code, "document_types"),
        other_documents=_table(code, "other_documents"),
        labels=_table(code, "labels"),
        vocabulary=_vocabulary(code, "labels"),
        columns=_vocabulary(code, "columns", foreign_from=2),  # a head has neighbours that confirm it
    )


def _without_file(code: str) -> Language:
    """What babel knows of a language; English where it knows none."""
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    english = load_language(DEFAULT)
    try:
        locale = Locale.parse(code, sep="-")
        order = locale.date_formats["short"].pattern
        decimal = get_decimal_symbol(locale)
        months = month_names(code)
    except (UnknownLocaleError, ValueError, KeyError):
        return english
    day_first = order.find("d") < order.find("M") or order.lower().startswith("y")
    return replace(
        english,
        code=code,
        decimal=decimal if decimal in ".," else ".",
        day_first=day_first,
        months=months,
    )


def _vocabulary(own: str, table: str, *, foreign_from: int = _FOREIGN_FROM) -> Vocabulary:
    """Own phrases first, then English, then the others; the first language that knows a phrase decides."""
    exact: dict[str, tuple[tuple[str, float], ...]] = {}
    others = [code for code in codes() if code not in (own, DEFAULT)]
    fuzzy: list[str] = []
    for code, quality in [(own, 1.0), (DEFAULT, 0.97), *((code, 0.9) for code in others)]:
        keys: dict[str, list[str]] = defaultdict(list)
        for key, phrases in _table(code, table).items():
            for phrase in phrases:
                if key not in keys[label_key(phrase)]:
                    keys[label_key(phrase)].append(key)
        for phrase, found in keys.items():
            kept = [key for key in found if code in (own, DEFAULT) or len(phrase) >= foreign_from or key in _SHORT_KEYS]
            if kept:
                exact.setdefault(phrase, tuple((key, quality) for key in kept))
        if code in (own, DEFAULT):
            fuzzy.extend(keys)
    words = frozenset(label_key(word) for code in codes() for word in _strings(code, "words"))
    return Vocabulary(exact, dict.fromkeys(fuzzy), words)


@cache
def month_names(code: str) -> Mapping[str, int]:
    """Month names and abbreviations, folded and without dots, as babel knows them and the language file adds."""
    from babel import Locale

    names: dict[str, int] = {}
    locale = Locale.parse(code, sep="-")
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[form][width].items():
                names[fold(name).strip(". ")] = number
    for name, number in list(names.items()):
        alike = {other for full, other in names.items() if full[:3] == name[:3]}
        if len(name) > 4 and name.isalpha() and len(alike) == 1:
            names.setdefault(name[:3], number)
    for number, extra in _table(code, "months").items():
        names.update({fold(name).strip(". "): int(number) for name in extra})
    return {name: number for name, number in names.items() if not name.isdigit()}


@cache
def country_names(code: str) -> frozenset[str]:
    """Names of countries in a language, folded."""
    from babel import Locale

    return frozenset(fold(name) for name in Locale.parse(code, sep="-").territories.values())


@cache
def weekday_names(code: str) -> frozenset[str]:
    """Days of the week in a language and in English, in full and abbreviated, folded and without dots."""
    from babel import Locale

    days = [
        Locale.parse(other, sep="-").days["format"][width]
        for other in (code, DEFAULT)
        for width in ("wide", "abbreviated")
    ]
    return frozenset(fold(name).strip(". ") for names in days for name in names.values())


def payment_means(code: str) -> Mapping[str, tuple[str, ...]]:
    """What a language calls the means of payment, by their codes of UNTDID 4461."""
    return _table(code, "payment_means")


@cache
def suffixes() -> frozenset[str]:
    """The legal forms of companies in all languages, as ``plain`` writes them: digits do not count as letters here."""
    return frozenset(plain(suffix) for code in codes() for suffix in _strings(code, "suffixes"))


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Letters and digits only, folded."""
    return "".join(char for char in fold(text) if char.isalnum())


@cache
def _evidence() -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Word -> languages it speaks for; a word of many languages says little about each."""
    by_word: dict[str, set[str]] = defaultdict(set)
    for code in codes():
        for word in _strings(code, "words"):
            by_word[fold(word)].add(code)
        for phrases in (*_table(code, "labels").values(), *_table(code, "document_types").values()):
            for phrase in phrases:
                for part in _WORD.findall(fold(phrase)):
                    if len(part) > 3:
                        by_word[part].add(code)
    return {word: tuple((code, 1 / len(found) ** 2) for code in sorted(found)) for word, found in by_word.items()}


def is_known_word(text: str) -> bool:
    """Whether a word is common on documents of any language here."""
    return fold(text) in _evidence()


def label_votes(text: str) -> list[tuple[float, str]]:
    """(score, code) of the languages with a file whose words stand in the text, best first."""
    evidence = _evidence()
    scores: dict[str, float] = defaultdict(float)
    for word, count in Counter(_WORD.findall(fold(text[:50_000]))).items():
        for code, weight in evidence.get(word, ()):
            scores[code] += weight * min(count, 4)
    return sorted(((score, code) for code, score in scores.items()), key=lambda item: (-item[0], item[1]))
