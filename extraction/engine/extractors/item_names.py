"""What the rows above and under a line's figures add to it: its name, more of its name, "2 x 4,60"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..document import Box
from ..layout import Cell, Row
from ..money import find_amounts
from .drafts import AT, LETTERS, TIMES, Draft, Entry, agrees, gtin_in, is_text, times, without_code
from .tables import Column, Head

NARROW = 0.25  # of the page width: in a column no wider, a single word is the first line of a name


def described(entries: list[Entry], head: Head | None) -> list[Entry]:
    """Drafts with the names, quantities and numbers that stand in the rows above and under them."""
    names = head.names if head else None
    text_first = (head is None or names is not None) and _text_first(entries, names)
    taken: set[int] = set()
    for index, entry in enumerate(entries):
        if not isinstance(entry, Draft):
            continue
        if head is not None and _is_code(entry) and (text_first or _name(entries, index, index + 1, names)):
            entry.item_code, entry.description = entry.item_code or entry.description[0], []
        if not entry.description:
            places = _above(entries, index) if text_first else [index + 1]
            if head is not None and not entry.item_code:
                places += [index - 1]  # better than no name
            place = next(
                (place for place in places if place not in taken and _name(entries, index, place, names)), None
            )
            if place is not None:
                taken.add(place)
                _take_name(entry, entries[place], _name(entries, index, place, names))
            elif text_first and names:
                _inherit(entries, index, names)
        _counted_above(entry, entries[index - 1] if index else None)
        _go_on(entry, entries[index + 1 : index + 6], head)
    return entries


def _above(entries: Sequence[Entry], index: int) -> list[int]:
    """The places above a draft, nearest first, as far as rows of text stand there."""
    places = [place for place in (index - 1, index - 2, index - 3) if place >= 0]
    return places[: next((n for n, place in enumerate(places) if not isinstance(entries[place], Row)), 3)]


def _is_code(draft: Draft) -> bool:
    """Whether what stands for a name looks like a number of the product."""
    name = " ".join(draft.description)
    return bool(name) and " " not in name and any(char.isdigit() for char in name) and name == name.upper()


def _text_first(entries: Sequence[Entry], names: Column | None) -> bool:
    """Whether the names of lines stand above their figures rather than under them.

    Under a head, the first line tells; else where more of the lines have a text.
    """
    above = under = 0
    for index, entry in enumerate(entries):
        if isinstance(entry, Draft):
            nameless = not entry.description or _is_code(entry)
            above += nameless and any(_name(entries, index, place, names) for place in _above(entries, index))
            under += nameless and _name(entries, index, index + 1, names) is not None
            if names is not None:
                return above > 0
    return above > 0 and above >= under


def _name(entries: Sequence[Entry], index: int, place: int, names: Column | None) -> Cell | None:
    """The cell of a row near a draft that may be its name: a text, in the column of names where there is one."""
    draft, line = entries[index], entries[place] if 0 <= place < len(entries) else None
    if not isinstance(draft, Draft) or not isinstance(line, Row) or line.page != draft.page:
        return None
    if abs(line.box.center_y - draft.boxes[0].center_y) > 5 * max(line.box.height, draft.boxes[0].height):
        return None
    cells = [cell for cell in line.cells if names is None or names.x0 - 0.01 <= cell.box.x0 < names.x1]
    cells = [cell for cell in cells if is_text(TIMES.sub("", cell.text), least=2 if names else 3)]
    return max(cells, key=lambda cell: len(LETTERS.findall(cell.text)), default=None)


def _take_name(draft: Draft, line: Entry, cell: Cell | None) -> None:
    assert isinstance(line, Row)
    assert cell is not None
    draft.description = [without_code(draft, [word.text for word in cell.words])]
    draft.boxes.append(line.box)
    draft.name_box = cell.box if draft.boxes[0].y0 < line.box.y0 else None


def _inherit(entries: Sequence[Entry], index: int, names: Column) -> None:
    """Several rows of figures under one name share it."""
    draft = entries[index]
    assert isinstance(draft, Draft)
    for place in range(index - 1, max(-1, index - 4), -1):
        above = entries[place]
        if isinstance(above, Draft):
            draft.description = above.description[:1] if above.page == draft.page else []
            return
        if cell := _name(entries, index, place, names):
            draft.description = [cell.text]
            return


def _counted_above(draft: Draft, line: Entry) -> None:
    """Tills print "2 x 4,60" above the line, or under it."""
    if isinstance(line, Row) and line.page == draft.page and draft.unit_price is None:
        _take_times(draft, line)


def _take_times(draft: Draft, line: Row) -> bool:
    amount = next(iter(draft.sums.values())).value
    match = AT.search(line.text)
    counted = times(line.text, ".,"[bool(re.search(r",\d\d(?!\d)", line.text))])
    if counted and agrees(counted[0] * counted[2], amount):
        draft.quantity, draft.unit, draft.unit_price = counted[:3]
    elif match and draft.quantity is not None:
        price = find_amounts(match["price"])[0].value
        draft.unit_price = price if agrees(draft.quantity * price, amount) else draft.unit_price
    else:
        return False
    return True


def _go_on(draft: Draft, lines: Sequence[Entry], head: Head | None) -> None:
    """What the rows under a draft add to it: the rest of its name, its quantity, its number."""
    bottom, last = draft.boxes[0], draft.name_box
    for line in lines:
        near = isinstance(line, Row) and line.page == draft.page
        if not isinstance(line, Row) or not near or line.box.center_y - bottom.center_y > 2.6 * line.box.height:
            break
        bottom = line.box
        draft.gtin = draft.gtin or gtin_in(line.text)
        if draft.unit_price is None and _take_times(draft, line):
            continue
        last = _wrap(draft, line, last) if last is not None and head is not None else None


def _wrap(draft: Draft, line: Row, last: Box) -> Box | None:
    """Adds a row to the name above it, if it is its continuation: one that did not fit, or goes on in lower case."""
    cells = [cell for cell in line.cells if last.x0 - 0.02 <= cell.box.x0 < draft.right]
    others = [cell for cell in line.cells if cell not in cells]
    if not cells or line.box in draft.boxes or any(len(cell.words) > 1 or is_text(cell.text) for cell in others):
        return None
    words = [word for cell in cells for word in cell.words]
    first, ended = words[0], draft.description[-1][-1:]
    goes_on = first.text[0].islower() or first.text[0] == "(" or ended in ",-&/–("
    text = " ".join(word.text for word in words)
    full = last.x1 + first.box.width + 0.005 > draft.right and is_text(text)
    labelled = first.text[0] != "(" and any(word.text.endswith(":") for word in words[:3])
    alone = " " not in draft.description[-1] and draft.right - last.x0 < NARROW and len(words) <= 3
    if not (goes_on or full or alone) or labelled or not LETTERS.search(text) or gtin_in(text):
        return None
    draft.description.append(text)
    draft.boxes.append(line.box)
    return cells[-1].box
