"""Names after an @ in a comment: who is meant, and how it is shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from .models import User


def handles(members: Iterable[User]) -> dict[str, User]:
    """How each member is called after the @: by name, or by e-mail address where two have the same name."""
    people = list(members)
    names = Counter(str(person).casefold() for person in people)
    return {str(p) if names[str(p).casefold()] == 1 else p.email: p for p in people}


def mentioned(text: str, members: Iterable[User]) -> list[User]:
    """The members named in a text, each once. An e-mail address always works."""
    return list({person.pk: person for _said, person in split(text, members) if person}.values())


def split(text: str, members: Iterable[User]) -> Iterator[tuple[str, User | None]]:
    """The text in pieces; those that name a member come with who it is."""
    people = list(members)
    known = {person.email.casefold(): person for person in people}
    known |= {handle.casefold(): person for handle, person in handles(people).items()}
    longest_first = sorted(known, key=len, reverse=True)
    pattern = rf"(?<![\w@])@({'|'.join(map(re.escape, longest_first))})(?!\w)" if known else r"(?!)"
    at = 0
    for match in re.finditer(pattern, text, re.IGNORECASE):
        if match.start() > at:
            yield text[at : match.start()], None
        yield match.group(), known.get(match.group(1).casefold())
        at = match.end()
    if at < len(text):
        yield text[at:], None
