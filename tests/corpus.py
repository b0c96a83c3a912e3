"""Where real documents for tests lie, when there are any; they are not part of the repository."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("INVOICELENS_CORPUS") or ROOT.parent / "shared" / "corpus")

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="no folder of real documents: set INVOICELENS_CORPUS to one with SET/truth.jsonl files"
)
