"""Recognition engines behind one protocol: a page's picture -> its lines of words.

Importing this module loads no model: that happens when the first page is read, once per process, so that a worker may
fork before and a page with a good text layer costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from . import models, spacing
from .detection import Detector, normalized
from .document import Line, Word
from .errors import OcrUnavailable
from .quads import BgrImage, Quad, crop, part_of, runs_down, size
from .recognition import FAST_DOUBT, SMALL_DOUBT, TINY_DOUBT, UNCLEAR_SPACE, Alphabet, Pass, RecognizedWord, Recognizer

RgbImage = NDArray[np.uint8]  # height x width x 3
# How much is read again: doubtful lines and figures, only what is hardly legible, or everything.
EngineName = Literal["onnxruntime", "onnxruntime-fast", "onnxruntime-thorough", "paddle"]

log = logging.getLogger(__name__)

# Part of cache keys: raise it when the same page would give other words than before.
RESULT_VERSION = 6


class OcrEngine(Protocol):
    """Reads pages; safe to use from several threads. ``name`` goes into cache keys: engine, models, their versions."""

    @property
    def name(self) -> str: ...

    def rotation(self, image: RgbImage) -> int:
        """How many degrees clockwise (0, 90, 180, 270) the page must be turned to stand upright."""
        ...

    def read(self, image: RgbImage) -> tuple[Line, ...]:
        """The lines of one upright page; boxes are fractions of it."""
        ...


@cache
def default_ocr(engine: EngineName = "onnxruntime", threads: int = 1) -> OcrEngine:
    """The process's one engine of this kind. Cheap: its models load when the first page is read."""
    if engine != "paddle":
        return PpOcr(engine=engine, threads=threads)
    from .paddle import PaddleOcr  # the library takes seconds to import

    return PaddleOcr(threads=threads)


class PageEngine:
    """What is the same for all engines: find lines, read them, put their words where they stand."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._parts: Any = None

    def rotation(self, image: RgbImage) -> int:
        bgr = _bgr(image)
        clockwise = (360 - self._turned(bgr)) % 360
        if clockwise == 0:
            return 0
        # One upright page in 300 is called turned, some with a score of 0.9: it is turned the way it reads best.
        ways = (0, clockwise, (clockwise + 180) % 360)
        return max(ways, key=lambda way: self._legibility(np.ascontiguousarray(np.rot90(bgr, -way // 90))))

    def read(self, image: RgbImage) -> tuple[Line, ...]:
        bgr = _bgr(image)
        quads = self._find(bgr)
        lines = [
            Line(
                tuple(
                    Word(word.text, part_of(quad, word.start, word.end, bgr.shape), word.confidence) for word in words
                )
            )
            for quad, words in zip(quads, self._recognize(bgr, quads), strict=True)
            if words
        ]
        return tuple(sorted(lines, key=lambda line: (line.box.center_y, line.box.x0)))

    def _legibility(self, image: BgrImage) -> float:
        """How well the longest lines read as they stand, 0..1; lines that run down the page count as illegible."""
        longest = sorted(self._find(image), key=lambda quad: max(size(quad)), reverse=True)[:12]
        read = self._recognize(image, [quad for quad in longest if not runs_down(quad)])
        scores = [np.mean([word.confidence for word in words]) for words in read if words]
        return float(sum(scores)) / max(len(longest), 1)

    def _turned(self, image: BgrImage) -> int:
        """How many degrees clockwise the page seems to have been turned from upright."""
        raise NotImplementedError

    def _find(self, image: BgrImage) -> list[Quad]:
        raise NotImplementedError

    def _recognize(self, image: BgrImage, quads: Sequence[Quad]) -> list[tuple[RecognizedWord, ...]]:
        raise NotImplementedError

    def _load(self) -> Any:
        raise NotImplementedError

    def _loaded(self) -> Any:
        with self._lock:
            if self._parts is None:
                self._parts = self._load()
            return self._parts


class PpOcr(PageEngine):
    """PaddleOCR's PP-OCRv6 models on ONNX Runtime, without the library around them (docs/decisions/0006)."""

    def __init__(self, *, engine: EngineName = "onnxruntime", threads: int = 1) -> None:
        super().__init__()
        self.engine = engine
        self.threads = threads

    @property
    def name(self) -> str:
        return f"pp-ocrv6-{self.engine}-r{RESULT_VERSION}"

    def _load(self) -> _Models:
        try:
            return _Models(self.engine, self.threads)
        except OcrUnavailable:
            raise
        except Exception as error:  # whatever ONNX Runtime may throw while it starts
            log.exception("the recognition models could not be loaded")
            raise OcrUnavailable from error

    def models(self) -> _Models:
        """The loaded models; the first call takes most of a second."""
        loaded: _Models = self._loaded()
        return loaded

    def _turned(self, image: BgrImage) -> int:
        return self.models().turned(image)

    def _find(self, image: BgrImage) -> list[Quad]:
        return self.models().detector.find(image)

    def _recognize(self, image: BgrImage, quads: Sequence[Quad]) -> list[tuple[RecognizedWord, ...]]:
        return self.models().recognizer.read([crop(image, quad) for quad in quads])


class _Models:
    """The loaded models."""

    def __init__(self, engine: EngineName, threads: int) -> None:
        self._threads = threads
        self.detector = Detector(self._session(models.PP_OCRV6_TINY_DETECTION))
        tiny = Pass(*self._recognition(models.PP_OCRV6_TINY_LATIN), spacing.TINY, TINY_DOUBT, UNCLEAR_SPACE)
        small = Pass(*self._recognition(models.PP_OCRV6_SMALL_LATIN), spacing.SMALL, SMALL_DOUBT)
        passes = {
            "onnxruntime-fast": [replace(tiny, doubt=FAST_DOUBT, unclear=0.0), replace(small, doubt=FAST_DOUBT)],
            "onnxruntime-thorough": [small],
        }.get(engine, [tiny, small])
        self.recognizer = Recognizer(passes, lambda: self._recognition(models.PP_OCRV6_RECOGNITION))
        self._orientation = self._session(models.PAGE_ORIENTATION)

    def turned(self, image: BgrImage) -> int:
        """PP-LCNet's page orientation: the middle of the page, its short side scaled to 256 pixels."""
        import cv2

        height, width = image.shape[:2]
        scale = 256 / min(height, width)
        wide, high = max(256, round(width * scale)), max(256, round(height * scale))
        if max(wide, high) > 256 * 40:  # a strip, not a page
            return 0
        left, top = (wide - 224) // 2, (high - 224) // 2
        middle = cv2.resize(image, (wide, high))[top : top + 224, left : left + 224]
        session = self._orientation
        scores = session.run(None, {session.get_inputs()[0].name: normalized(middle)})[0][0]
        return int(np.argmax(scores)) * 90

    def _recognition(self, model: models.Model) -> tuple[Any, Alphabet]:
        return self._session(model), Alphabet.of(models.alphabet(model))

    def _session(self, model: models.Model) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # every line has another width: a pattern would never be met again
        return onnxruntime.InferenceSession(str(models.onnx_file(model)), options, providers=["CPUExecutionProvider"])


def _bgr(image: RgbImage) -> BgrImage:
    import cv2

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), dtype=np.uint8)  # ten times faster than a copy by numpy
