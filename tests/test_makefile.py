"""The one command: what it does before anything is installed, and when everything is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="no make: apt-get install make")


def make(*args: str) -> subprocess.CompletedProcess[str]:
    # The suite is itself started by make, whose own settings must not get in.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *args], cwd=ROOT, env=env, capture_output=True, text=True)


def stand_in(path: Path, body: str) -> Path:
    """A program that stands in for Python."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_a_machine_without_python_is_told_what_to_install(tmp_path):
    result = make("run", "PYTHON=", f"VENV={tmp_path / 'venv'}")
    assert result.returncode != 0
    assert "sudo apt-get install python3.11 python3.11-venv" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_that_is_too_old_is_told_apart(tmp_path):
    old = stand_in(tmp_path / "python3", "exit 1")
    result = make("run", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert result.returncode != 0
    assert "Invoicelens needs Python 3.11" in result.stderr


def test_a_python_without_venv_is_told_what_to_install(tmp_path):
    bare = stand_in(
        tmp_path / "python3",
        f'case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac',
    )
    result = make("run", f"PYTHON={bare}", f"VENV={tmp_path / 'venv'}")
    assert result.returncode != 0
    assert f"sudo apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv" in result.stderr


def test_what_is_installed_is_not_installed_again(tmp_path):
    """The stamp's name holds the checksum of the requirements."""
    plan = make("--dry-run", "run", f"VENV={tmp_path}").stdout
    assert "requirements.txt" in plan
    stamp = next(word for word in plan.split() if "/.runtime-" in word and not word.endswith("*"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    Path(stamp).touch()
    plan = make("--dry-run", "run", f"VENV={tmp_path}").stdout
    assert plan.strip() == f"exec {tmp_path}/bin/python manage.py run"


def test_help_lists_the_commands():
    names = {line.split()[1] for line in make("help").stdout.splitlines()}
    assert names >= {"run", "test", "check", "services", "samples", "evaluate"}
