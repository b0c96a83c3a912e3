"""What a company's name looks like, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from ..document import Word
from ..language import fold, plain, suffixes
from .formats import holds_address_of_net, holds_amount, holds_date, holds_phone

_EDGES = " \t*=-–—_~.,;:|/\\'\"“”„‘’`´·•●()[]{}<>«»°®™+^"
_SEPARATOR = re.compile(r"\s[-–—]\s|\s?[·•●|∙◦]\s?")
_REGISTRATION = re.compile(
    r"\s*(?:[\[({]\s*(?:[a-z]+\b[\s.:]*){0,3}\d{4,}\s?-?\s?[A-Z0-9]{0,2}\s*[\])}]?"
    r"|(?:\b(?:co|company|reg|roc|brn|no)\b[\s.:]*)*(?<![^\W_])\d{5,}\s?-?\s?[A-Z0-9]{0,2})(?:\s*\([A-Z0-9]+\)?)?$",
    re.IGNORECASE,
)
_STORE = re.compile(
    r"\s*(?:\b(?:store|shop|branch|filiale|filial|tienda|unit)\b\s*[#№]?\s*\d*|[#№]\s*\d{2,})$", re.IGNORECASE
)
_ZEROS = re.compile(r"\b0\.\s?0\b\.?")  # "z o.o." misread
_LEADING_ID = re.compile(r"^(?:[A-Z]{0,3}-?\d{6,}[A-Z]?|\d{1,2}\s?[|)])\s+")
_STREET = re.compile(
    r"(?:str(?:a(?:ss|ß)e|\.)|stra(?:at|da)|weg|platz|allee|gasse|ring|damm|gata|gatan|vägen|laan|plein|gracht|kade|ulica)\b"
    r"|\b(?:street|road|avenue|ave|blvd|boul(?:evard)?|lane|drive|rd|highway|hwy|suite|floor|building|square|jalan|jln|lot|lorong|taman"
    r"|seksyen|lebuh|persiaran|rue|chemin|place|quai|impasse|calle|avda|avenida|plaza|paseo|c/|via|viale|piazza|corso|rua"
    r"|largo|praça|ul|al|aleja|nám|náměstí|trg|p\.?o\.? box|box|postfach|bp|cedex|level|ground floor|km)\b\.?",
    re.IGNORECASE,
)
_POSTAL = re.compile(
    r"(?:^|\s|-)(?:[A-Z]{1,2}-)?\d{4,6}(?:\s[A-Z]{2})?(?=\s|,|$)|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]{2},?\s\d{5}\b"
    r"|\b[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d\b"
)
_SALUTATION = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|herrn?|frau|madame|monsieur|mme|m|sra?|señor|sig|dhr|mevr|attn?|attention|z\.? ?hd)\b\.?",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[:;·•●|∙◦/]$|^[-–—·•●|∙◦/]$")
_HOUSE = re.compile(r"(?<=\s)\d{1,5}[A-Za-z]?(?=\s)")
_SPACED = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?!\S)")
_SENTENCE_END = re.compile(r"[^\W\d_]{3,}[.!?]$")
_ABBREVIATED = re.compile(r"(?<![\w.])[^\W\d_](?:\.[^\W\d_])+$")  # "S.L", "s.n.c", "d.o.o"
_TRADES = frozenset(
    fold(
        "hotel hotels hostel motel inn resort suites pension gasthof gasthaus hostal albergo pousada "
        "restaurant restaurante ristorante restoran restauracja restaurace rest trattoria osteria pizzeria bistro "
        "brasserie taverna bar pub grill steakhouse diner kitchen cafe coffee kaffee caffe kafe kavarna bakery "
        "backstube boulangerie panaderia market markt mercado marche supermarket supermarkt supermercado hypermarket "
        "store stores shop pharmacy apotheke farmacia pharmacie lekarna apteka optik airlines airways railways taxi "
        "parking museum theatre theater cinema kino bank insurance telecom electronics hardware stationery books "
        "bookstore buchhandlung library clinic klinik hospital dental garage motors auto autohaus services service "
        "studio salon spa gym fitness foods food catering seafood brewery winery vineyard farm garden florist"
    ).split()
)
_TRADE_ENDS = ("hotel", "markt", "haus", "bäckerei", "backerei", "restaurant", "apotheke", "werkstatt", "handlung")
_MAX_SUFFIX = 4  # words: "GmbH & Co. KG"


def clean_name(text: str) -> str:
    """The name alone: without registration numbers, store numbers, addresses and decoration around it."""
    printed = _closed_up(_ZEROS.sub("o.o.", text))
    text = _LEADING_ID.sub("", printed.strip(_EDGES).lstrip("&+ "))
    parts = [part.strip(_EDGES) for part in _SEPARATOR.split(text)]
    if len(parts) > 1 and parts[0] and (_is_place(" ".join(parts[1:])) or len(parts) > 3):
        text = parts[0]
    text = _cut_address(text)
    for pattern in (_REGISTRATION, _STORE):
        shorter = pattern.sub("", text).strip(_EDGES)
        text = shorter if sum(char.isalpha() for char in shorter) >= 2 else text
    text = _cut_behind_suffix(text)
    return _without_repetition(_closed(text.strip(_EDGES), printed))


def _closed_up(text: str) -> str:
    """Letters that were spaced apart for show: "L I N D N E R" is "LINDNER"."""
    return _SPACED.sub(lambda match: match[0].replace(" ", ""), text)


def first_part(name: str) -> str:
    """What stands before a dash that parts a name from a branch or a slogan; "" where there is none."""
    head, *rest = [part.strip(_EDGES) for part in _SEPARATOR.split(name)]
    return head if rest and sum(map(str.isalpha, head)) > 2 else ""


def _closed(text: str, printed: str) -> str:
    """Closing marks that belong to the name stay: "S.L." and "(M)"."""
    if _ABBREVIATED.search(text) and f"{text}." in printed:
        return f"{text}."
    return text + ")" if text.count("(") > text.count(")") else text


def _cut_address(text: str) -> str:
    """ "Miller Ltd, Mill Lane 3, 12345 Town" is a name and an address."""
    head, comma, tail = text.partition(",")
    if comma and len(head) > 2 and (_is_place(tail) or holds_date(tail)) and not ends_in_suffix(tail.split(",")[0]):
        return head
    number = _HOUSE.search(text)
    if number and number.start() > 2 and "," in text and _is_place(text[number.start() :]):
        return text[: number.start()]
    return text


def _is_place(text: str) -> bool:
    return any(char.isdigit() for char in text) and bool(_STREET.search(text) or _POSTAL.search(text))


def _cut_behind_suffix(text: str) -> str:
    """What follows a legal form is no part of the name when it holds digits or stands behind a stroke."""
    head, slash, _ = text.partition("/")
    if slash and ends_in_suffix(head):
        return head
    words = text.split()
    for end in range(2, len(words)):
        rest = " ".join(words[end:])
        if any(char.isdigit() for char in rest) and ends_in_suffix(" ".join(words[:end])):
            return " ".join(words[:end])
    return text


def _without_repetition(text: str) -> str:
    words = text.split()
    half = len(words) // 2
    if half and len(words) == 2 * half and fold(" ".join(words[:half])) == fold(" ".join(words[half:])):
        return " ".join(words[:half])
    return text


@lru_cache(maxsize=20_000)
def ends_in_suffix(text: str) -> bool:
    """Whether a text ends in a legal form, after something else; forms of scripts without spaces may open it, too."""
    if _holds_glued_form(plain(text)):
        return True
    words = _ZEROS.sub("o.o.", text).split()
    return any(is_suffix(" ".join(words[-size:])) for size in range(1, min(_MAX_SUFFIX, len(words) - 1) + 1))


def _holds_glued_form(name: str) -> bool:
    forms = _glued_forms()
    return name not in forms and (name.startswith(forms) or name.endswith(forms))


@cache
def _glued_forms() -> tuple[str, ...]:
    """Legal forms of scripts that put no spaces between words."""
    return tuple(form for form in suffixes() if form[:1] >= "\u3040")


def without_suffix(text: str) -> str:
    """A name without its legal form: "GmbH & Co. KG" leaves nothing, "Miller Works Ltd" "Miller Works"."""
    words = _ZEROS.sub("o.o.", text).split()
    for size in range(min(_MAX_SUFFIX, len(words)), 0, -1):
        if is_suffix(" ".join(words[-size:])):
            return without_suffix(" ".join(words[:-size]))
    return " ".join(words)


def is_suffix(text: str) -> bool:
    # "Sa" and "As" are words or parts of words; of the short forms only Finnish ones are written so.
    usual = text.isupper() or len(text) > 2 or text in ("Oy", "Ab")
    return plain(text) in suffixes() and text[:1].isalpha() and usual and text.lower() != "co"


def names_with_suffix(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Spans of the words of a cell that end in a legal form, one for each part between separators."""
    spans, start = [], 0
    for end in range(1, len(words) + 1):
        if end == len(words) or _parted(words[end - 1], words[end]) or _ends_sentence(words, start, end):
            found = _span_with_suffix(words, start, end)
            if found:
                spans.append(found)
            start = end
    return spans


def _parted(word: Word, following: Word) -> bool:
    return bool(_BREAK.search(word.text) or _BREAK.fullmatch(following.text))


def _ends_sentence(words: Sequence[Word], start: int, end: int) -> bool:
    if end - start < 2 or not words[end].text[:1].isupper() or not _SENTENCE_END.search(words[end - 1].text):
        return False
    return not ends_in_suffix(" ".join(word.text for word in words[start:end]))


def _span_with_suffix(words: Sequence[Word], start: int, end: int) -> tuple[int, int] | None:
    for stop in range(end, start + 1, -1):
        text = " ".join(word.text for word in words[start:stop])
        if ends_in_suffix(text) or ends_in_suffix(text.rpartition("/")[0]):
            return start, stop
    return None


def looks_like_name(text: str) -> bool:
    """Whether a text may be a name at all: mostly letters, and neither amount, date, phone nor web address."""
    letters = sum(char.isalpha() for char in text)
    digits = sum(char.isdigit() for char in text)
    if letters < 2 or digits > letters or len(text) > 90:
        return False
    return not (holds_amount(text) or holds_date(text) or holds_phone(text) or holds_address_of_net(text))


def looks_like_address(text: str) -> bool:
    street = bool(_STREET.search(text)) and (any(char.isdigit() for char in text) or "," in text)
    return street or bool(_POSTAL.search(text)) or bool(re.match(r"^(?:no|nr|lot|unit)\b\.?\s?\d", text, re.IGNORECASE))


def holds_street(text: str) -> bool:
    return bool(_STREET.search(text))


def has_postal_code(text: str) -> bool:
    return bool(_POSTAL.search(text))


def names_trade(text: str) -> bool:
    """Whether a name says what kind of place it is: "Willow Cafe", "Hotel Adler"."""
    return any(word.strip(_EDGES) in _TRADES or word.endswith(_TRADE_ENDS) for word in fold(text).split())


def is_registration(text: str) -> bool:
    """A line such as "(123456-X)" or "Reg. No. 2004 123456"."""
    digits = sum(char.isdigit() for char in text)
    return digits >= 5 and digits >= sum(char.isalpha() for char in text) and "," not in text


def is_person(text: str) -> bool:
    return bool(_SALUTATION.match(text))
