"""Names that strangers gave to files, made safe to show, to store and to send in a header."""

from __future__ import annotations

import re

# Controls, halves of characters, and marks that turn the direction of writing: "fdp.exe" would show as "exe.pdf".
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(name: str) -> str:
    """Without what nobody sees; slashes both ways become forward ones."""
    return _UNSEEN.sub("", name).replace("\\", "/")
