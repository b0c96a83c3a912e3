"""Which language a document is in: by its script, by the words of the language files, by py3langid's statistics.

Of the scripts other than Latin most tell the language; few documents of them mix in more Latin letters than their own.
Between languages in Latin script, the words of invoices that the language files know decide where they are clear: they
hold on short receipts too, whose names and codes no statistics fit. Else py3langid decides (BSD; a naive Bayes model
over byte n-grams; M. Lui and T. Baldwin, "langid.py", ACL 2012), among the languages whose letters are recognised.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any

from .language import codes, label_votes

MAX_TEXT = 20_000  # characters that are looked at
MIN_SHARE = 0.3  # of a document's letters: from it on, a script other than Latin tells the language
CLEAR, LEAD = 6.0, 1.6  # score of the words, and how much more than the second language's, that need no statistics
LITTLE = 1.0  # a lower score says nothing
SURE = 0.75  # probability from which statistics are believed against a few words
SHORT = 12  # letters: statistics of less say nothing
SENTENCE = 40  # letters
# In Latin script, of those that PP-OCRv6 reads, the ones that py3langid tells apart.
LATIN = (
    "af", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu", "id",
    "is", "it", "la", "lb", "lt", "lv", "ms", "mt", "nb", "nl", "no", "oc", "pl", "pt", "qu", "ro", "sk", "sl", "sq",
    "sv", "sw", "tl", "tr", "uz", "vi",
)  # fmt: skip
_BY_SCRIPT = {
    "GREEK": "el", "HEBREW": "he", "THAI": "th", "HANGUL": "ko", "DEVANAGARI": "hi", "GEORGIAN": "ka", "ARMENIAN": "hy",
    "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "GUJARATI": "gu", "KANNADA": "kn", "MALAYALAM": "ml", "KHMER": "km",
    "LAO": "lo", "MYANMAR": "my", "SINHALA": "si", "ETHIOPIC": "am", "GURMUKHI": "pa",
}  # fmt: skip
# Letters that one language of a script has and the others lack; the first that is found decides.
_CYRILLIC = (("uk", "їєґі"), ("be", "ў"), ("mk", "ѓќѕ"), ("sr", "ђјљњћџ"), ("kk", "қңұә"), ("ru", "ыэё"), ("bg", "ъ"))
_ARABIC = (("ur", "ٹڈےں"), ("fa", "پچژگ"))
_SIMPLIFIED = frozenset("发开单额购销总计税谢时门车间务东电话国价货币数订号码收据费实号联")
_TRADITIONAL = frozenset("發開單額購銷總計稅謝時門車間務東電話國價貨幣數訂號碼據費實聯")
_JAPANESE = frozenset("円込払様価額領収証駅円")
_HAN = "CJK"


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the language ("zh-Hant" for traditional Chinese); "" where too little speaks for any."""
    text = text[:MAX_TEXT]
    return _of_other_script(text) or _of_latin_script(text)


def _of_other_script(text: str) -> str:
    letters = [char for char in text if char.isalpha()]
    scripts = Counter(_script(char) for char in letters if not char.isascii())
    if not scripts or sum(count for name, count in scripts.items() if name != "LATIN") < MIN_SHARE * len(letters):
        return ""
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > 0.05 * len(letters):
        return "ja"
    scripts.pop("LATIN", None)
    script = scripts.most_common(1)[0][0]
    folded = text.casefold()
    if script == _HAN:
        return _of_han(folded)
    if script == "CYRILLIC":
        # Bulgarian lacks letters that Russian has, and hardly a sentence of Russian goes without them.
        other = "bg" if scripts[script] >= SENTENCE else "ru"
        return next((code for code, own in _CYRILLIC if any(char in folded for char in own)), other)
    if script == "ARABIC":
        return next((code for code, own in _ARABIC if any(char in folded for char in own)), "ar")
    return _BY_SCRIPT.get(script, "")


@cache
def _script(char: str) -> str:
    """The first word of a letter's Unicode name, which is its script's for all that matter here."""
    return unicodedata.name(char, "").split(" ")[0]


def _of_han(text: str) -> str:
    counts = {
        code: sum(char in own for char in text)
        for code, own in (("zh", _SIMPLIFIED), ("zh-Hant", _TRADITIONAL), ("ja", _JAPANESE))
    }
    return max(counts, key=lambda code: counts[code]) if any(counts.values()) else "zh"


def _of_latin_script(text: str) -> str:
    votes = label_votes(text)
    score, code = votes[0] if votes else (0.0, "")
    second = votes[1][0] if len(votes) > 1 else 0.0
    if score >= CLEAR and score >= LEAD * second:
        return code
    words = " ".join(re.findall(r"[^\W\d_]{2,}", text)).lower()
    if len(words) < SHORT:
        return code if score >= LITTLE else ""
    likely, probability = _by_statistics(words)
    if score < LITTLE:
        return likely if probability >= SURE and len(words) >= 2 * SHORT else ""
    if likely not in codes() and score >= CLEAR:
        return code  # names and codes look like any language: against many words of invoices they do not count
    return likely if probability >= SURE else code


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.5 s and 76 MB: for what the words leave open

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.nb_classes)
    identifier.set_languages([code for code in LATIN if code in known])
    return identifier


def _by_statistics(words: str) -> tuple[str, float]:
    code, probability = _identifier().classify(words)
    return {"no": "nb"}.get(code, str(code)), float(probability)
