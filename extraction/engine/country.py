"""Which country a document speaks of: addresses, phone and VAT numbers, web sites, legal forms, names of countries.

The evidence is general knowledge about countries and serves the currency, the order of day and month, and the vendor's
country.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from babel import Locale

from .language import fold

DIAL = {
    "49": "DE", "43": "AT", "41": "CH", "33": "FR", "34": "ES", "39": "IT", "31": "NL", "32": "BE", "351": "PT",
    "44": "GB", "353": "IE", "45": "DK", "46": "SE", "47": "NO", "48": "PL", "420": "CZ", "385": "HR", "30": "GR",
    "60": "MY", "65": "SG", "852": "HK", "61": "AU", "64": "NZ", "91": "IN", "81": "JP", "372": "EE", "36": "HU",
}  # fmt: skip
VAT_PREFIX = re.compile(
    r"\b(AT)U\d{8}\b|\b(DE|EE|PT)\d{9}\b|\b(FR)[A-Z0-9]{2}\d{9}\b|\b(NL)\d{9}B\d\d\b|\b(BE)[01]\d{9}\b|\b(IT|HR)\d{11}\b"
    r"|\b(PL)\d{10}\b|\b(CZ)\d{8,10}\b|\b(SE)\d{12}\b|\b(DK|FI|SI|HU)\d{8}\b|\b(GB)\d{9}\b|\b(ES)[A-Z]\d{7}[A-Z0-9]\b"
)
_ALL_DIAL = DIAL | {
    "1": "US", "7": "RU", "86": "CN", "82": "KR", "90": "TR", "27": "ZA", "52": "MX", "55": "BR", "54": "AR",
    "56": "CL", "352": "LU", "358": "FI", "354": "IS", "356": "MT", "357": "CY", "359": "BG", "370": "LT", "371": "LV",
    "373": "MD",
    "380": "UA", "381": "RS", "386": "SI", "387": "BA", "389": "MK", "421": "SK", "423": "LI", "40": "RO", "971": "AE",
    "972": "IL", "886": "TW", "62": "ID", "63": "PH", "66": "TH", "84": "VN", "57": "CO", "51": "PE", "20": "EG",
}  # fmt: skip
_DIAL_CODE = re.compile(r"(?:\+|00)\s?\(?(\d[\d ]{0,4})")
_NAMED_IN = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "cs", "sv", "da", "hr")
_LONGEST_NAME = 30  # characters
_SHORT_NAMES = {
    "GB": ("england", "scotland", "wales", "northern ireland", "great britain", "uk", "u.k"),
    "US": ("usa", "u.s.a", "united states of america"),
    "NL": ("holland", "the netherlands", "nederland"),
    "CZ": ("ceska republika", "czech republic", "tschechische republik"),
    "DE": ("deutschland", "br deutschland", "bundesrepublik deutschland"),
    "BE": ("belgie", "belgique", "belgie/belgique"),
    "CH": ("schweiz", "suisse", "svizzera", "schweiz/suisse"),
    "IE": ("eire", "republic of ireland"),
}
_US_PLACE = re.compile(r"\b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b")
_CA_PLACE = re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d\b")
_UK_PLACE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b")
_US_PHONE = re.compile(r"\(\d{3}\)\s?\d{3}-\d{4}\b|(?<![\d-])\d{3}([-.])\d{3}\1\d{4}(?![\d-])")
_SITE = re.compile(r"(?:www\.|https?://|@)[\w.-]+?\.([a-z]{2})(?![\w.])|[a-z0-9]\.(?:co|com|org)\.([a-z]{2})(?![\w.])")
_SITE_COUNTRIES = "AT AU BE CA CH CZ DE DK EE ES FI FR GR HK HR HU IE IN IT JP LU MY NL NO NZ PL PT RO SE SG SI SK ZA"
_SITES = {"uk": "GB"} | {code.lower(): code for code in _SITE_COUNTRIES.split()}
_OTHER_TAXES = re.compile(r"\b(?:vat|gst|hst|btw|mwst|ust|tva|iva|moms|sst|abn)\b")
_DIAL = re.compile(r"(?:\+|(?<![\w.,])00)\s?(\d{2,3})")
# Companies' legal forms and taxes that exist in one country only.
_SIGNS = {
    "MY": re.compile(r"\bsdn\.?\s*bhd|\bringgit\b|\bjalan\b|\bgst\b\D{0,20}00\d{10}\b"),  # GST numbers had 12 digits
    "IN": re.compile(r"\bgstin\b|\bpvt\.? ltd\b|\bcgst\b|\bsgst\b|\bigst\b"),
    "AU": re.compile(r"\babn\b|\bpty\.? ltd\b"),
    "US": re.compile(r"\bstate tax\b|\bsales tax\b|\bllc\b"),
}
# The largest cities and some states, folded, of countries whose currency or order of dates is not their language's.
_PLACES = {
    "AU": "sydney|melbourne|brisbane|perth|adelaide|canberra|queensland|new south wales",
    "CA": "toronto|montreal|vancouver|calgary|ottawa|edmonton|quebec|ontario|alberta|british columbia",
    "CH": "zurich|geneve|genf|basel|bern|lausanne|winterthur|luzern|st\\.? gallen|lugano",
    "CZ": "praha|brno|ostrava|plzen",
    "DK": "kobenhavn|københavn|copenhagen|aarhus|odense|aalborg",
    "GB": "london|manchester|liverpool|leeds|bristol|glasgow|edinburgh|cardiff|belfast|united kingdom|england|scotland",
    "HK": "hong kong|kowloon",
    "IN": "mumbai|delhi|bengaluru|bangalore|chennai|hyderabad|kolkata|pune|ahmedabad|maharashtra|karnataka|tamil nadu",
    "JP": "tokyo|osaka|kyoto|yokohama",
    "MY": "kuala lumpur|selangor|johor|penang|pulau pinang|melaka|perak|sabah|sarawak|kedah|pahang|negeri sembilan",
    "NO": "oslo|bergen|trondheim|stavanger",
    "NZ": "auckland|wellington|christchurch|new zealand",
    "PL": "warszawa|krakow|wrocław|wroclaw|poznan|gdansk|łodz|lodz|katowice",
    "SE": "stockholm|goteborg|malmo|uppsala",
    "US": "new york|los angeles|chicago|houston|california|texas|florida|united states",
    "ZA": "johannesburg|cape town|durban|pretoria|south africa",
}
_PLACE_NAMES = {country: re.compile(rf"\b(?:{names})\b") for country, names in _PLACES.items()}


def country_votes(text: str) -> Counter[str]:
    """ISO 3166 countries that addresses, phone numbers, VAT numbers and names in the text speak for."""
    votes: Counter[str] = Counter()
    for match in VAT_PREFIX.finditer(re.sub(r"(?<=\w)[.-](?=\w)", "", text)):
        votes[next(group for group in match.groups() if group)] += 3
    for match in _DIAL.finditer(text):
        digits = match[1]
        country = DIAL.get(digits) or DIAL.get(digits[:2])
        if country:
            votes[country] += 1
    for country, pattern in (("US", _US_PLACE), ("CA", _CA_PLACE), ("GB", _UK_PLACE)):
        votes[country] += 2 * min(2, len(pattern.findall(text)))
    folded = fold(text)
    votes["US"] += min(2, len(_US_PHONE.findall(text)))
    votes["US"] += bool(re.search(r"\btax\b", folded)) and not _OTHER_TAXES.search(folded)
    for match in _SITE.finditer(text.lower()):
        code = match[1] or match[2]
        if code in _SITES:
            votes[_SITES[code]] += 1
    for country, pattern in (*_SIGNS.items(), *_PLACE_NAMES.items()):
        votes[country] += 2 * min(2, len(pattern.findall(folded)))
    names = _country_names()
    for word in re.findall(r"[^\W\d_]{4,}", folded):
        if word in names:
            votes[names[word]] += 2
    return +votes


def country_named(text: str) -> str | None:
    """The country that a text is the name of, in a language of the product; None for anything else."""
    folded = fold(text).strip(" .,()")
    if len(folded) > _LONGEST_NAME:
        return None
    return _full_names().get(folded)


def dialled_country(phone: str) -> str | None:
    """The country of an international phone number: "+49 30 ..." is Germany's."""
    match = _DIAL_CODE.match(phone.strip(" ("))
    if match is None:
        return None
    digits = re.sub(r"\D", "", match[1])[:3]
    return next((_ALL_DIAL[digits[:size]] for size in (3, 2, 1) if digits[:size] in _ALL_DIAL), None)


def site_country(address: str) -> str | None:
    """The country of a web or e-mail address's last part."""
    return _SITES.get(address.lower().split("/")[0].rsplit(".", 1)[-1].strip())


@cache
def _full_names() -> Mapping[str, str]:
    """Names of countries, of several words too, in the languages of the product -> ISO 3166."""
    names = {fold(name): code for code, listed in _SHORT_NAMES.items() for name in listed}
    for language in _NAMED_IN:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
    return names


@cache
def _country_names() -> Mapping[str, str]:
    """One-word country names in the languages of the product -> ISO 3166."""
    names: dict[str, str] = {}
    for language in _NAMED_IN:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and name.isalpha():
                names.setdefault(fold(name), code)
    for other in ("georgia", "jersey", "guinea", "turkey", "niger", "chad", "man", "indie", "jordan"):
        names.pop(other, None)
    return names
