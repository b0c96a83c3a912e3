"""Models come from installed wheels, are verified, and are laid out once."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from extraction.engine import models
from extraction.engine.errors import OcrUnavailable

ALL = (
    models.PP_OCRV6_TINY_DETECTION,
    models.PP_OCRV6_SMALL_DETECTION,
    models.PP_OCRV6_RECOGNITION,
    models.PP_OCRV6_TINY_LATIN,
    models.PP_OCRV6_SMALL_LATIN,
    models.PAGE_ORIENTATION,
    models.PP_OCRV4_DETECTION,
    models.PP_OCRV4_RECOGNITION,
)


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.name)
def test_a_model_folder_is_what_paddleocr_expects(model: models.Model, tmp_path: Path) -> None:
    folder = models.prepare(model, tmp_path)
    config = json.loads((folder / "inference.yml").read_text())
    assert config["Global"]["model_name"] == model.name
    assert {file.name for file in model.files} < {path.name for path in folder.iterdir()}


def test_a_recognisers_alphabet_is_in_its_folder(tmp_path: Path) -> None:
    for model in (models.PP_OCRV6_RECOGNITION, models.PP_OCRV4_RECOGNITION):
        config = json.loads((models.prepare(model, tmp_path) / "inference.yml").read_text())
        characters = config["PostProcess"]["character_dict"]
        assert {"A", "z", "0", "9", "-", ","} <= set(characters)
    assert (
        "€"
        in json.loads((models.prepare(models.PP_OCRV6_RECOGNITION, tmp_path) / "inference.yml").read_text())[
            "PostProcess"
        ]["character_dict"]
    )


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    first = models.prepare(models.PAGE_ORIENTATION, tmp_path)
    made = (first / "inference.yml").stat().st_mtime_ns
    assert models.prepare(models.PAGE_ORIENTATION, tmp_path) == first
    assert (first / "inference.yml").stat().st_mtime_ns == made
    assert [path.name for path in tmp_path.iterdir()] == [first.name], "no drafts are left"


def test_a_file_that_is_not_the_expected_one_is_not_loaded(tmp_path: Path) -> None:
    file = replace(models.PAGE_ORIENTATION.files[0], sha256="0" * 64)
    with pytest.raises(OcrUnavailable, match="not the expected file"):
        models.prepare(replace(models.PAGE_ORIENTATION, files=(file,)), tmp_path)


def test_a_missing_wheel_is_named(tmp_path: Path) -> None:
    with pytest.raises(OcrUnavailable, match=r"no-such-wheel is missing.*requirements-models.txt"):
        models.prepare(replace(models.PAGE_ORIENTATION, wheel="no-such-wheel"), tmp_path)


def test_the_users_cache_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert models.default_folder() == tmp_path / "invoicelens" / "models"


def test_without_a_home_a_private_folder_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    folder = models.default_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()
