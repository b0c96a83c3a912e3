"""The catalogues are complete, and what is compiled is what is written."""

from __future__ import annotations

import gettext
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.conf import settings

LOCALE = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
PARTS = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd](?!\w)")


def catalogue(language: str) -> list[Message]:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


def name_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_or_guessed(language: str) -> None:
    open_ = [name_of(m) for m in catalogue(language) if m.fuzzy or not all(strings(m))]
    assert open_ == [], "translate these in the .po file, then run bin/messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_the_parts_of_its_original(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        ids: Any = message.id if isinstance(message.id, tuple | list) else (message.id,)
        wanted = {part for text in ids for part in PARTS.findall(text)}
        if any(set(PARTS.findall(text)) != wanted for text in strings(message)):
            wrong.append(name_of(message))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = [name_of(message) for message in catalogue(language) if as_compiled(compiled, message) != strings(message)]
    assert stale == [], "run bin/messages"


def as_compiled(compiled: gettext.GNUTranslations, message: Message) -> tuple[str, ...]:
    if isinstance(message.id, str):
        found = compiled.pgettext(message.context, message.id) if message.context else compiled.gettext(message.id)
        return (found,)
    one, many = message.id
    return compiled.ngettext(one, many, 1), compiled.ngettext(one, many, 5)
