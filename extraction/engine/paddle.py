"""The PaddleOCR library as an engine: PP-OCRv4 on PaddlePaddle, or the reference for what ``ocr.PpOcr`` does itself."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, MetadataPathFinder, distribution
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from . import models
from .errors import OcrUnavailable
from .ocr import PageEngine
from .quads import BgrImage, Quad, crop
from .recognition import RecognizedWord

log = logging.getLogger(__name__)

_DETECTION_SIDE = 1280


class PaddleOcr(PageEngine):
    """PaddleOCR's text detection, text recognition and page orientation.

    ``engine`` is "paddle" (PP-OCRv4 mobile) or "onnxruntime" (PP-OCRv6 small). ``model_folder`` is where the model
    folders are laid out; see ``models.prepare``. Its predictors are not made for several threads: one page at a time.
    """

    def __init__(self, *, engine: str = "paddle", threads: int = 1, model_folder: Path | None = None) -> None:
        super().__init__()
        self.engine = engine
        self.threads = threads
        self.model_folder = model_folder
        self._reading = Lock()

    @property
    def name(self) -> str:
        model = {"onnxruntime": "PP-OCRv6_small", "paddle": "PP-OCRv4_mobile"}[self.engine]
        return f"paddleocr-3.7-{self.engine}-{model}-r2"

    def _load(self) -> _Predictors:
        return _load(self.engine, self.threads, self.model_folder or models.default_folder())

    def _turned(self, image: BgrImage) -> int:
        with self._reading:
            found = self._loaded().orientation.predict(image)[0]
        return int(found["label_names"][0])

    def _find(self, image: BgrImage) -> list[Quad]:
        side = min(max(image.shape[:2]), _DETECTION_SIDE)
        with self._reading:
            found = self._loaded().detection.predict(image, limit_side_len=side, limit_type="max")[0]
        return [np.asarray(quad, dtype=np.float32) for quad in found["dt_polys"]]

    def _recognize(self, image: BgrImage, quads: Sequence[Quad]) -> list[tuple[RecognizedWord, ...]]:
        if not quads:
            return []
        crops = [crop(image, quad) for quad in quads]
        with self._reading:
            # Batches are padded to their widest line: on a CPU, one line at a time is faster.
            results: list[Any] = self._loaded().recognition.predict(crops, batch_size=1, return_word_box=True)
        return [_words(result["rec_text"], float(result["rec_score"])) for result in results]


class _Predictors:
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


def prepare_library(folder: Path) -> None:
    """What must be set before paddleocr is imported: no model hubs, its own folder, opencv under its other name."""
    # Read by paddlex when it is imported: without it, start-up waits for model hubs.
    os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
    # It also makes folders for itself, in the home folder by default, which a service's user may not have.
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(folder / "paddlex"))
    if not any(isinstance(finder, _OpenCvUnderItsOtherName) for finder in sys.meta_path):
        sys.meta_path.append(_OpenCvUnderItsOtherName())


def _load(engine: str, threads: int, folder: Path) -> _Predictors:
    prepare_library(folder)
    try:
        from paddleocr import DocImgOrientationClassification, TextDetection, TextRecognition

        # Without "cpu", PaddlePaddle is asked for a GPU, even on behalf of ONNX Runtime: 240 MB more for each worker.
        onnx = {"device": "cpu", "engine": "onnxruntime", "engine_config": {"intra_op_num_threads": threads}}
        paddle = {"device": "cpu", "engine": "paddle_static", "cpu_threads": threads}
        detection, recognition = (
            (models.PP_OCRV6_SMALL_DETECTION, models.PP_OCRV6_RECOGNITION)
            if engine == "onnxruntime"
            else (models.PP_OCRV4_DETECTION, models.PP_OCRV4_RECOGNITION)
        )

        def build(predictor: Any, model: models.Model, how: dict[str, Any]) -> Any:
            return predictor(model_name=model.name, model_dir=str(models.prepare(model, folder)), **how)

        how = onnx if engine == "onnxruntime" else paddle
        return _Predictors(
            build(TextDetection, detection, how),
            build(TextRecognition, recognition, how),
            build(DocImgOrientationClassification, models.PAGE_ORIENTATION, onnx),
        )
    except OcrUnavailable:
        raise
    except Exception as error:  # whatever a third-party library may throw while it starts
        log.exception("PaddleOCR could not start with the engine %s", engine)
        raise OcrUnavailable from error


def _words(recognized: Any, score: float) -> tuple[RecognizedWord, ...]:
    """``recognized`` is (text, [columns in all, _, columns of each character by group, _]), or the bare text ""."""
    if isinstance(recognized, str):
        return ()
    text, (columns, _, groups, _) = recognized
    positions = [column for group in groups for column in group]
    return tuple(_split(text, positions, columns, round(score, 4)))


def _split(text: str, positions: Sequence[int], columns: float, score: float) -> Iterator[RecognizedWord]:
    """Split at spaces; where each word starts and ends along the line, as fractions of its length."""
    start = 0
    for end in range(len(text) + 1):
        if end < len(text) and not text[end].isspace():
            continue
        if end > start:
            left = 0.0 if start == 0 else (positions[start - 1] + positions[start]) / 2
            right = columns if end == len(text) else (positions[end - 1] + positions[end]) / 2 + 0.5
            yield RecognizedWord(text[start:end], min(left / columns, 1.0), min(right / columns, 1.0), score)
        start = end + 1
