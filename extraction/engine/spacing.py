"""Where words end within a line.

The recogniser tells spaces by itself, but loses every tenth in tight print ("TEL:03-876") and sees some in wide print
("descript ion"). The gaps in the ink, compared with the line's own, settle it: a logistic model over both, fitted on
neighbouring characters of receipts (bench/spacing.py; in cross-validation 0.4 % of them are wrong instead of 1 %).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .quads import BgrImage

_BLANK = 0.35  # of the ink of a stroke
_ROWS_OF_A_STROKE = 4
_CLOSING = ".,:;)"
# In the order of ``features``; each model has its own ways with spaces.
TINY = np.array(
    [-1.55, -1.11, -0.83, 1.72, 0.78, 1.37, -0.75, -0.31, -0.15, 0.42, 0.86, 0.2, 0.78,
     1.48, 1.72, 0.68, 4.04, 5.4, 0.91]
)  # fmt: skip
SMALL = np.array(
    [-0.74, -1.53, -1.18, 2.09, 0.07, 0.94, -0.45, -0.18, -0.57, 0.46, 0.02, 0.83, 0.75,
     2.43, -1.38, 1.49, 2.87, 4.02, 1.23]
)  # fmt: skip


def ink_profile(line: BgrImage) -> NDArray[np.float32]:
    """How much ink each column of a line's picture holds: about 1 where a stroke is, about 0 between letters."""
    import cv2

    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY).astype(np.float32)
    margin = grey.shape[0] // 8
    grey = grey[margin : grey.shape[0] - margin]
    dark_on_light = np.median(grey) > (grey.min() + grey.max()) / 2
    distance = np.abs(grey - np.percentile(grey, 85 if dark_on_light else 15))
    ink = np.sort(distance, axis=0)[-_ROWS_OF_A_STROKE:].mean(axis=0)
    profile: NDArray[np.float32] = (ink / max(float(np.percentile(ink, 90)), 1.0)).astype(np.float32)
    return profile


def word_starts(
    characters: str,
    centers: Sequence[float],
    spaces: Sequence[float],
    ink: NDArray[np.float32],
    height: int,
    weights: NDArray[np.float64],
) -> list[bool]:
    """Whether a word starts at each character; ``weights`` are the recogniser's, the others as for ``features``."""
    if len(characters) < 2:
        return [True] * len(characters)
    scores = features(characters, centers, spaces, ink, height) @ weights
    return [True, *(bool(score > 0) for score in scores)]


def features(
    characters: str, centers: Sequence[float], spaces: Sequence[float], ink: NDArray[np.float32], height: int
) -> NDArray[np.float64]:
    """One row for each pair of neighbours. ``characters``: at least two, without spaces.

    ``centers`` are columns of ``ink``; ``spaces`` has, for each pair, the recogniser's own chance (0..1) of a space
    between them; ``height`` is that of the line's picture, in the same pixels.
    """
    gaps = [_widest_gap(ink, left, right) / height for left, right in pairwise(centers)]
    steps = np.diff(np.asarray(centers))
    usual_gap, usual_step = float(np.median(gaps)), max(float(np.median(steps)), 1.0)
    few = float(len(characters) < 4)
    rows = []
    for pair, space, step, gap in zip(pairwise(characters), spaces, steps, gaps, strict=True):
        emitted = (np.log(space + 1e-4), float(space > 0.5))
        rows.append((1.0, *_between(*pair), *emitted, step / height, step / usual_step, gap, gap - usual_gap, few))
    return np.array(rows)


def _widest_gap(ink: NDArray[np.float32], left: float, right: float) -> int:
    widest = run = 0
    for blank in ink[round(left) : round(right)] < _BLANK:
        run = run + 1 if blank else 0
        widest = max(widest, run)
    return widest


def _between(left: str, right: str) -> tuple[float, ...]:
    """What the two characters themselves say about a space between them."""
    return (
        float(left.isdigit() and right.isdigit()),
        float(left.isalpha() and right.isalpha()),
        float(left.isdigit() and right.isalpha()),
        float(left.isalpha() and right.isdigit()),
        float(left in ":;"),
        float(left in ".,"),
        float(right in _CLOSING),
        float(left in "-/("),
        float(right in "-/"),
        float(right in "(#"),
        float(left == ")"),
    )
