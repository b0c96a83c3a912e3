"""Where words end within a line.

The recogniser tells spaces by itself, but loses every tenth in tight print ("TEL:03-876") and sees some in wide print
("descript ion"). The gaps in the ink, compared with the line's own, settle it: a logistic model over both, fitted on
neighbouring characters of receipts (bench/spacing.py; in cross-validation 0.4 % of them are wrong instead of 1 %).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .quads import BgrImage

_BLANK = 0.35  # of the ink of a stroke
_ROWS_OF_A_STROKE = 4
_CLOSING = ".,:;)"
# In the order of ``features``; each model has its own ways with spaces.
TINY = np.array(
    [-2.64, -1.59, -1.59, 1.66, 0.54, 0.92, -1.32, -1.14, -0.7, -0.28, -0.22, -0.13, 0.8,
     1.55, 2.6, 1.15, 4.16, 7.27, 0.79]
)  # fmt: skip
SMALL = np.array(
    [-1.55, -2.21, -1.71, 1.45, -0.07, 0.7, -1.12, -0.61, -1.25, 0.48, 0.06, -0.54, 0.85,
     2.19, 1.67, 1.26, 3.11, 4.3, 0.82]
)  # fmt: skip


def ink_profile(line: BgrImage) -> NDArray[np.float32]:
    """How much ink each column of a line's picture holds: about 1 where a stroke is, about 0 between letters."""
    import cv2

    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY)
    margin = grey.shape[0] // 8
    grey = grey[margin : grey.shape[0] - margin]
    up_to = np.bincount(grey.ravel(), minlength=256).cumsum() / grey.size
    darkest, lightest = np.flatnonzero(up_to > 0)[0], np.flatnonzero(up_to >= 1)[0]
    dark_on_light = np.searchsorted(up_to, 0.5) > (int(darkest) + int(lightest)) / 2
    paper = int(np.searchsorted(up_to, 0.85 if dark_on_light else 0.15))
    distance = cv2.absdiff(grey, np.full_like(grey, paper))
    ink = np.partition(distance, -_ROWS_OF_A_STROKE, axis=0)[-_ROWS_OF_A_STROKE:].mean(axis=0)
    profile: NDArray[np.float32] = (ink / max(float(np.percentile(ink, 90)), 1.0)).astype(np.float32)
    return profile


def scores(
    characters: str,
    centers: NDArray[np.float64],
    spaces: Sequence[float],
    ink: NDArray[np.float32],
    height: int,
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """For each pair of neighbours, how much speaks for a space between them (above 0) or against it: log odds.

    ``weights`` are the recogniser's, the others as for ``features``.
    """
    if len(characters) < 2:
        return np.zeros(0)
    return features(characters, centers, spaces, ink, height) @ weights


def features(
    characters: str, centers: NDArray[np.float64], spaces: Sequence[float], ink: NDArray[np.float32], height: int
) -> NDArray[np.float64]:
    """One row for each pair of neighbours. ``characters``: at least two, without spaces.

    ``centers`` are columns of ``ink``; ``spaces`` has, for each pair, the recogniser's own chance (0..1) of a space
    between them; ``height`` is that of the line's picture, in the same pixels.
    """
    gaps, steps, emitted = _widest_gaps(ink, centers) / height, np.diff(centers), np.asarray(spaces)
    table = np.empty((len(gaps), len(SMALL)))
    table[:, 0] = 1.0
    table[:, 1:12] = [_between(*pair) for pair in pairwise(characters)]
    table[:, 12] = np.log(emitted + 1e-4)
    table[:, 13] = emitted > 0.5
    table[:, 14] = steps / height
    table[:, 15] = steps / max(float(np.median(steps)), 1.0)
    table[:, 16] = gaps
    table[:, 17] = gaps - np.median(gaps)
    table[:, 18] = len(characters) < 4
    return table


def _widest_gaps(ink: NDArray[np.float32], centers: NDArray[np.float64]) -> NDArray[np.intp]:
    """The longest run of blank columns between each pair of centers, in columns."""
    edges = np.rint(centers).astype(np.intp)
    columns = np.arange(edges[0], edges[-1])
    if not len(columns):
        return np.zeros(len(edges) - 1, dtype=np.intp)
    start = np.repeat(edges[:-1], np.diff(edges))  # of the pair that each column lies in
    inked = np.where(ink[edges[0] : edges[-1]] < _BLANK, start - 1, columns)
    runs = columns - np.maximum.accumulate(inked)
    widest = np.maximum.reduceat(runs, np.minimum(edges[:-1] - edges[0], len(runs) - 1))
    return np.where(np.diff(edges) > 0, widest, 0)


def gap_middle(ink: NDArray[np.float32], left: float, right: float) -> float:
    """The middle of the widest gap between two columns, or the column with the least ink where there is none."""
    first, after = round(left), round(right)
    part = ink[first:after]
    if len(part) < 2:
        return (left + right) / 2
    edges = np.flatnonzero(np.diff(np.r_[False, part < _BLANK, False])).reshape(-1, 2)
    if not len(edges):
        return first + float(part.argmin())
    return first + float(edges[np.diff(edges, axis=1).argmax()].mean())


@cache
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
