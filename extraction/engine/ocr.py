"""Recognition engines behind one protocol."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .document import Line


class OcrEngine(Protocol):
    """Reads the words of one upright page. ``name`` goes into cache keys: engine, models and their versions."""

    name: str

    def read(self, image: NDArray[np.uint8]) -> tuple[Line, ...]:
        """``image`` is RGB, height x width x 3; boxes come back in fractions of it."""
        ...
