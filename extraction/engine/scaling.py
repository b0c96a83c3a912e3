"""Making pictures smaller, fast: averaging over odd ratios costs OpenCV more than all else that is done to a page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height x width, with or without channels


def shrunk(image: Picture, width: int, height: int) -> Picture:
    """Halved as long as that leaves at least the size asked for, which is fast; then averaged over what is left.

    Between halves nothing may be skipped: interpolation alone loses a line of text in two hundred.
    """
    import cv2

    while image.shape[1] >= 2 * width and image.shape[0] >= 2 * height:
        even = image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]
        half = (even.shape[1] // 2, even.shape[0] // 2)
        image = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
