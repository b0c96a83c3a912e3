"""Recognition engines behind one protocol, and PaddleOCR as the one that ships.

Importing this module loads no model and no PaddleOCR: that happens when the first page is read, once per process, so
that a worker may fork before and a page with a good text layer costs nothing.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import Distribution, MetadataPathFinder, distribution
from pathlib import Path
from threading import Lock
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from . import models
from .document import Box, Line, Word
from .errors import OcrUnavailable

RgbImage = NDArray[np.uint8]  # height x width x 3
Quad = NDArray[np.float32]  # 4 corners (x, y) in pixels: top left, top right, bottom right, bottom left of the text
EngineName = Literal["onnxruntime", "paddle"]

log = logging.getLogger(__name__)

# Part of cache keys: raise it when the same page would give other words than before.
RESULT_VERSION = 2
# The long side, in pixels, at which lines are looked for; they are read from the full picture.
DETECTION_SIDE = 1280


class OcrEngine(Protocol):
    """Reads pages. ``name`` goes into cache keys: engine, models and their versions."""

    @property
    def name(self) -> str: ...

    def rotation(self, image: RgbImage) -> int:
        """How many degrees clockwise (0, 90, 180, 270) the page must be turned to stand upright."""
        ...

    def read(self, image: RgbImage) -> tuple[Line, ...]:
        """The lines of one upright page; boxes are fractions of it."""
        ...


@cache
def default_ocr(engine: EngineName = "onnxruntime", threads: int = 1) -> PaddleOcr:
    """The process's one engine of this kind. Cheap: its models load when the first page is read."""
    return PaddleOcr(engine=engine, threads=threads)


class PaddleOcr:
    """PaddleOCR's text detection, text recognition and page orientation.

    ``onnxruntime`` runs PP-OCRv6 small, ``paddle`` runs PP-OCRv4 mobile on PaddlePaddle. ``model_folder`` is where the
    model folders are laid out; see ``models.prepare``.
    """

    def __init__(
        self, *, engine: EngineName = "onnxruntime", threads: int = 1, model_folder: Path | None = None
    ) -> None:
        self.engine = engine
        self.threads = threads
        self.model_folder = model_folder
        self._lock = Lock()
        self._parts: _Parts | None = None

    @property
    def name(self) -> str:
        model = {"onnxruntime": "PP-OCRv6_small", "paddle": "PP-OCRv4_mobile"}[self.engine]
        return f"paddleocr-3.7-{self.engine}-{model}-r{RESULT_VERSION}"

    def rotation(self, image: RgbImage) -> int:
        found = self._loaded().orientation.predict(_bgr(image))[0]
        label: str = found["label_names"][0]  # how far the page has been turned clockwise from upright
        clockwise = (360 - int(label)) % 360
        if clockwise == 0:
            return 0
        # One upright page in 300 is called turned, some with a score of 0.9: it is turned the way it reads best.
        ways = (0, clockwise, (clockwise + 180) % 360)
        return max(ways, key=lambda way: self._legibility(np.rot90(image, -way // 90)))

    def read(self, image: RgbImage) -> tuple[Line, ...]:
        bgr = _bgr(image)
        quads = self._find(bgr)
        lines = [
            _line(result["rec_text"], result["rec_score"], quad, image.shape)
            for quad, result in zip(quads, self._recognize(bgr, quads), strict=True)
        ]
        return tuple(sorted((line for line in lines if line), key=lambda line: (line.box.center_y, line.box.x0)))

    def _find(self, bgr: RgbImage) -> list[Quad]:
        side = min(max(bgr.shape[:2]), DETECTION_SIDE)
        found = self._loaded().detection.predict(bgr, limit_side_len=side, limit_type="max")[0]
        return [np.asarray(quad, dtype=np.float32) for quad in found["dt_polys"]]

    def _recognize(self, bgr: RgbImage, quads: Sequence[Quad]) -> list[Any]:
        if not quads:
            return []
        crops = [_crop(bgr, quad) for quad in quads]
        # Batches are padded to their widest line: on a CPU, one line at a time is faster.
        results: list[Any] = self._loaded().recognition.predict(crops, batch_size=1, return_word_box=True)
        return results

    def _legibility(self, image: RgbImage) -> float:
        """How well the longest lines read as they stand, 0..1; lines that run down the page count as illegible."""
        bgr = _bgr(image)
        longest = sorted(self._find(bgr), key=lambda quad: max(_size(quad)), reverse=True)[:12]
        level = [quad for quad in longest if not _runs_down(quad)]
        return sum(float(result["rec_score"]) for result in self._recognize(bgr, level)) / max(len(longest), 1)

    def _loaded(self) -> _Parts:
        with self._lock:
            if self._parts is None:
                self._parts = _load(self.engine, self.threads, self.model_folder or models.default_folder())
            return self._parts


class _Parts:
    """The three loaded predictors."""

    def __init__(self, detection: Any, recognition: Any, orientation: Any) -> None:
        self.detection = detection
        self.recognition = recognition
        self.orientation = orientation


class _OpenCvUnderItsOtherName(MetadataPathFinder):
    """paddlex asks for the distribution ``opencv-contrib-python`` by name before it imports cv2.

    Installed is the headless build of the same version, which needs no X11 libraries; this finder says so.
    """

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> None:
        """It knows no modules, only a distribution."""

    # The base class wants a DistributionFinder.Context; importlib also calls it without one.
    def find_distributions(self, context: Any = None) -> Iterator[Distribution]:  # type: ignore[override]
        if context is not None and context.name == "opencv-contrib-python":
            yield distribution("opencv-contrib-python-headless")


def _load(engine: EngineName, threads: int, folder: Path) -> _Parts:
    # Read by paddlex when it is imported: without it, start-up waits for model hubs.
    os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
    # It also makes folders for itself, in the home folder by default, which a service's user may not have.
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(folder / "paddlex"))
    if not any(isinstance(finder, _OpenCvUnderItsOtherName) for finder in sys.meta_path):
        sys.meta_path.append(_OpenCvUnderItsOtherName())
    try:
        from paddleocr import DocImgOrientationClassification, TextDetection, TextRecognition

        # Without "cpu", PaddlePaddle is asked for a GPU, even on behalf of ONNX Runtime: 240 MB more for each worker.
        onnx = {"device": "cpu", "engine": "onnxruntime", "engine_config": {"intra_op_num_threads": threads}}
        paddle = {"device": "cpu", "engine": "paddle_static", "cpu_threads": threads}
        detection, recognition = (
            (models.PP_OCRV6_DETECTION, models.PP_OCRV6_RECOGNITION)
            if engine == "onnxruntime"
            else (models.PP_OCRV4_DETECTION, models.PP_OCRV4_RECOGNITION)
        )

        def build(predictor: Any, model: models.Model, how: dict[str, Any]) -> Any:
            return predictor(model_name=model.name, model_dir=str(models.prepare(model, folder)), **how)

        how = onnx if engine == "onnxruntime" else paddle
        return _Parts(
            build(TextDetection, detection, how),
            build(TextRecognition, recognition, how),
            build(DocImgOrientationClassification, models.PAGE_ORIENTATION, onnx),
        )
    except OcrUnavailable:
        raise
    except Exception as error:  # whatever a third-party library may throw while it starts
        log.exception("PaddleOCR could not start with the engine %s", engine)
        raise OcrUnavailable from error


def _bgr(image: RgbImage) -> RgbImage:
    return np.ascontiguousarray(image[:, :, ::-1])


def _size(quad: Quad) -> tuple[float, float]:
    """Width and height in pixels along the quad's own sides."""
    top_left, top_right, bottom_right, bottom_left = quad
    width = max(np.linalg.norm(top_right - top_left), np.linalg.norm(bottom_right - bottom_left))
    height = max(np.linalg.norm(bottom_left - top_left), np.linalg.norm(bottom_right - top_right))
    return max(1.0, float(width)), max(1.0, float(height))


def _runs_down(quad: Quad) -> bool:
    """PaddleOCR's own rule for lines that run from top to bottom."""
    width, height = _size(quad)
    return height >= 1.5 * width


def _crop(image: RgbImage, quad: Quad) -> RgbImage:
    """One line, straightened. Lines that run from top to bottom are laid flat."""
    import cv2

    width, height = (round(side) for side in _size(quad))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    crop: RgbImage = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(quad, corners),
        (width, height),
        borderMode=cv2.BORDER_REPLICATE,
        flags=cv2.INTER_CUBIC,
    )
    return np.ascontiguousarray(np.rot90(crop)) if _runs_down(quad) else crop


def _line(recognized: Any, score: float, quad: Quad, shape: Sequence[int]) -> Line | None:
    """``recognized`` is (text, [columns in all, _, columns of each character by group, _]), or the bare text ""."""
    if isinstance(recognized, str):
        return None
    text, (columns, _, groups, _) = recognized
    positions = [column for group in groups for column in group]
    words = tuple(
        Word(word, _part_of(quad, start, end, shape), round(float(score), 4))
        for word, start, end in _words(text, positions, columns)
    )
    return Line(words) if words else None


def _words(text: str, positions: Sequence[int], columns: float) -> list[tuple[str, float, float]]:
    """Split at spaces; where each word starts and ends along the line, as fractions of its length."""
    words = []
    start = 0
    for end in range(len(text) + 1):
        if end < len(text) and not text[end].isspace():
            continue
        if end > start:
            left = 0.0 if start == 0 else (positions[start - 1] + positions[start]) / 2
            right = columns if end == len(text) else (positions[end - 1] + positions[end]) / 2 + 0.5
            words.append((text[start:end], min(left / columns, 1.0), min(right / columns, 1.0)))
        start = end + 1
    return words


def _part_of(quad: Quad, start: float, end: float, shape: Sequence[int]) -> Box:
    """The upright box around the part of a line between two fractions of its length."""
    top_left, top_right, bottom_right, bottom_left = quad
    if _runs_down(quad):
        top_left, top_right, bottom_right, bottom_left = top_right, bottom_right, bottom_left, top_left
    corners = [
        near + (far - near) * fraction
        for near, far in ((top_left, top_right), (bottom_left, bottom_right))
        for fraction in (start, end)
    ]
    xs = np.clip([corner[0] / shape[1] for corner in corners], 0, 1)
    ys = np.clip([corner[1] / shape[0] for corner in corners], 0, 1)
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
