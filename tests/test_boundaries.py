"""The walls of the house: what may import what, who may write, how long things may get."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "extraction"

# The engine reads a file and returns a value: no framework, no queue, no database, no network.
FOREIGN_TO_THE_ENGINE = {
    "aiohttp", "billiard", "celery", "django", "django_htmx", "extraction", "ftplib", "http", "httpx", "kombu",
    "ocrsite", "psycopg", "redis", "requests", "smtplib", "socket", "socketserver", "sqlite3", "urllib3", "urllib",
}  # fmt: skip
WRITING = {
    "bulk_create", "bulk_update", "create", "delete", "get_or_create", "save", "update", "update_or_create",
}  # fmt: skip
MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 600
NOT_OURS = {"vendor", "migrations", "data", "samples", "__pycache__", "node_modules"}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path, tree: ast.Module) -> Iterator[str]:
    """Absolute names of what a module imports, relative imports resolved."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join([*base, *(node.module or "").split(".")]).strip(".")


@cache
def all_of_ours() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.startswith(".")]
        found += [Path(folder) / name for name in files]
    return sorted(found)


def ours(*suffixes: str) -> list[Path]:
    return [path for path in all_of_ours() if path.suffix in suffixes]


def test_the_engine_imports_nothing_of_the_house_and_no_network():
    for path in sorted((APP / "engine").rglob("*.py")):
        for name in imported(path, parsed(path)):
            inside = name == "extraction.engine" or name.startswith("extraction.engine.")
            assert inside or name.split(".")[0] not in FOREIGN_TO_THE_ENGINE, f"{path.relative_to(ROOT)} imports {name}"


def test_only_services_write():
    """Queries and pages never change a row; the models' own manager is the one exception besides services."""
    places = [
        "views",
        "exports",
        "api",
        "templatetags",
        "management",
        "selectors.py",
        "tasks.py",
        "forms.py",
        "admin.py",
    ]
    writes = []
    for place in places:
        for path in [APP / place] if place.endswith(".py") else sorted((APP / place).rglob("*.py")):
            if path.is_file():
                writes += [f"{path.relative_to(ROOT)}:{line}" for line in model_writes(parsed(path))]
    assert writes == []


def model_writes(tree: ast.Module) -> Iterator[int]:
    """Lines that write through a manager or queryset (``X.objects...update(``) or a model instance (``x.save(``)."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING):
            continue
        names = {part.attr for part in ast.walk(node.func) if isinstance(part, ast.Attribute)}
        through_manager = "objects" in names or bool(names & {"filter", "exclude", "for_user", "all"})
        if through_manager or (node.func.attr in {"save", "delete"} and not node.args):
            yield node.lineno


def test_there_are_no_signals_and_no_save_overrides():
    for path in ours(".py"):
        if path.is_relative_to(APP):
            tree = parsed(path)
            assert not {"django.db.models.signals", "django.dispatch"} & set(imported(path, tree)), path
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                    assert not methods & {"save", "delete"} or "Form" in node.name, f"{path}: {node.name}"


@pytest.mark.parametrize("suffix", [".py", ".js", ".css", ".html"])
def test_files_stay_short(suffix):
    long = {}
    for path in ours(suffix):
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > MAX_FILE_LINES:
            long[str(path.relative_to(ROOT))] = count
    assert long == {}


def test_functions_stay_short():
    long = {}
    for path in ours(".py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = (node.end_lineno or node.lineno) - node.lineno + 1
                if count > MAX_FUNCTION_LINES:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = count
    assert long == {}


def test_the_project_speaks_of_itself_alone():
    """No path of anybody's machine gets into the repository."""
    for path in ours(".py", ".md", ".js", ".css", ".html", ".toml", ".yml"):
        text = path.read_text(encoding="utf-8")
        for name in ("/ho" + "me/", "/wo" + "rk/", "/ro" + "ot/"):
            assert name not in text, f"{path.relative_to(ROOT)} names {name}"
