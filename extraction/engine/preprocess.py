"""What is done to the picture of a page before it is read: geometry first, then light. Only where it helps.

``straighten`` changes where things are, so people see its result and boxes belong to it; ``enhance`` changes only how
things look to the recogniser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .document import Homography

RgbImage = NDArray[np.uint8]  # height x width x 3


@dataclass(frozen=True, slots=True)
class Straight:
    """An upright page, flat and level. ``homography`` is None where the picture was left as it came."""

    image: RgbImage
    homography: Homography | None = None


def straighten(image: RgbImage) -> Straight:
    """Cut out the paper, undo perspective and skew. ``image`` stands upright (quarter turns are undone before)."""
    return Straight(image)


def straightened(image: RgbImage, homography: Homography, aspect: float) -> RgbImage:
    """Another rendering of the same upright page, straightened the same way; ``aspect`` is width / height after it."""
    raise NotImplementedError


def enhance(image: RgbImage) -> RgbImage:
    """The page as the recogniser reads it best: shadow, contrast, noise. The same size as ``image``."""
    return image
