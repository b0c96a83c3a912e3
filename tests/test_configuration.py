"""Settings come from the environment: all of them are documented, and junk is refused in words."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ocrsite.env import env_bool, env_choice, env_int, load_env_file

ROOT = Path(__file__).resolve().parent.parent
# Read by docker compose alone, to make DATABASE_URL.
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


def names_read() -> set[str]:
    """The first argument of every env_...("NAME", ...) call in the code that runs."""
    names = set()
    for path in [ROOT / "gunicorn.conf.py", *(ROOT / "ocrsite").rglob("*.py"), *(ROOT / "extraction").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("env_"):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    names.add(first.value)
    return names


def names_in_example() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def test_every_setting_stands_in_the_example_file_and_no_other():
    assert names_read() >= {"PORT", "DATABASE_URL", "OCR_ENGINE"}
    assert names_in_example() == names_read() | COMPOSE_ONLY


def test_every_setting_is_explained():
    explained = set(
        re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE)
    )
    assert explained == names_read() | COMPOSE_ONLY


def test_the_example_file_can_be_used_as_it_is(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    load_env_file(ROOT / ".env.example")
    assert os.environ == {"POSTGRES_PASSWORD": ""}


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nPORT=9000\nexport TIME_ZONE='Europe/Berlin'\nSECRET_KEY=a=b#c\n")
    monkeypatch.setattr(os, "environ", {"PORT": "8123"})
    load_env_file(file)
    assert os.environ == {"PORT": "8123", "TIME_ZONE": "Europe/Berlin", "SECRET_KEY": "a=b#c"}


def test_a_line_that_is_no_setting_is_named(tmp_path):
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nPORT 9000\n")
    with pytest.raises(ImproperlyConfigured, match=r"line 2: expected NAME=value"):
        load_env_file(file)


@pytest.mark.parametrize(
    ("read", "junk"),
    [
        (lambda: env_int("X", 1), "two"),
        (lambda: env_int("X", 1, least=1), "0"),
        (lambda: env_bool("X", default=False), "perhaps"),
        (lambda: env_choice("X", "a", ("a", "b")), "c"),
    ],
)
def test_junk_is_refused_by_name(monkeypatch, read, junk):
    monkeypatch.setenv("X", junk)
    with pytest.raises(ImproperlyConfigured, match=r"^X must be"):
        read()


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path):
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path), "PORT": "http", "DJANGO_SETTINGS_MODULE": "ocrsite.settings"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stderr.strip() == "Invoicelens cannot start: PORT must be a whole number, not 'http'."
