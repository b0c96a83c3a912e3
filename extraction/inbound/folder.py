"""A folder that people or a scanner put files into: which have settled, and moving them away.

A file counts as settled when it looks the same at two looks one after the other: clocks of network shares are not to be
relied on, and a scanner may write for minutes.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

PROCESSED, FAILED = "processed", "failed"
# What programs call files that they still write.
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".swp")

Seen = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Look:
    """``settled``: files to take, oldest first. ``seen``: what to give the next look."""

    settled: tuple[Path, ...]
    seen: Seen


def look(folder: Path, seen: Seen) -> Look:
    """OSError when the folder cannot be read."""
    now: dict[Path, list[int]] = {}
    for path in folder.iterdir():
        facts = _facts(path)
        if facts:
            now[path] = facts
    settled = [path for path, facts in now.items() if seen.get(path.name) == facts]
    settled.sort(key=lambda path: (now[path][1], path.name))
    return Look(tuple(settled), {path.name: facts for path, facts in now.items()})


def _facts(path: Path) -> list[int] | None:
    """Size and time of change; None for what is no finished file. A link could lead anywhere, so it is none."""
    if path.name.startswith((".", "~$")) or path.suffix.lower() in _UNFINISHED:
        return None
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return [found.st_size, found.st_mtime_ns] if stat.S_ISREG(found.st_mode) else None


def put_away(path: Path, into: str, reason: str = "") -> Path:
    """Move it into a folder beside it, under a name that is free there; ``reason`` is written into a text beside it."""
    target = path.parent / into
    target.mkdir(exist_ok=True)
    number, goal = 1, target / path.name
    while goal.exists():
        number += 1
        goal = target / f"{path.stem}-{number}{path.suffix}"
    path.rename(goal)
    if reason:
        goal.with_name(goal.name + ".txt").write_text(reason + "\n", encoding="utf-8")
    return goal
