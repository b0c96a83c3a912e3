"""The container files, checked against the code they start; no container engine is needed."""

import importlib
import json
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
import yaml
from celery import Celery
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
APP_SERVICES = ("setup", "web", "worker", "beat")


def instructions(keyword: str) -> list[str]:
    return re.findall(rf"^{keyword}\s+(.+)$", DOCKERFILE, re.MULTILINE)


def check_command(command: list[str]) -> None:
    """A command of ours names a module, an app or a management command that exists."""
    program, *rest = command
    if program == "python" and rest[0] == "manage.py":
        assert rest[1] in get_commands()
    elif program == "python":
        assert (ROOT / rest[0]).is_file()
        assert rest[1] in (ROOT / rest[0]).read_text(encoding="utf-8")
    elif program == "gunicorn":
        assert callable(importlib.import_module(rest[0]).application)
    elif program == "celery":
        assert rest[0] == "--app"
        assert isinstance(importlib.import_module(rest[1]).celery_app, Celery)
        assert rest[2] in {"worker", "beat"}
    else:
        raise AssertionError(f"unknown program {program}")


def test_the_parts_of_the_product_are_all_there():
    assert set(SERVICES) == {"setup", "web", "worker", "beat", "db", "redis"}
    assert SERVICES["db"]["image"] == "postgres:16"
    assert SERVICES["redis"]["image"] == "redis:7"


@pytest.mark.parametrize("name", APP_SERVICES)
def test_each_part_starts_a_command_that_exists(name):
    check_command(SERVICES[name]["command"])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_each_part_is_watched_by_a_check_that_exists(name):
    test = SERVICES[name]["healthcheck"]["test"]
    assert test[0] == "CMD"
    check_command(test[1:])
    assert test[-1] == name


def test_database_and_broker_are_watched_too():
    assert SERVICES["db"]["healthcheck"]["test"][1] == "pg_isready"
    assert SERVICES["redis"]["healthcheck"]["test"][1:] == ["redis-cli", "ping"]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_migrations_are_done_once(name):
    depends = SERVICES[name]["depends_on"]
    assert depends["setup"] == {"condition": "service_completed_successfully"}
    assert depends["db"] == depends["redis"] == {"condition": "service_healthy"}
    assert SERVICES["setup"]["restart"] == "no"


def test_what_must_survive_lies_in_named_volumes():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"]) == {"files", "database"}
    assert {tuple(SERVICES[name]["volumes"]) for name in APP_SERVICES} == {("files:/data",)}


def test_all_parts_share_one_configuration():
    for name in APP_SERVICES:
        assert SERVICES[name]["env_file"] == ".env"
        assert SERVICES[name]["environment"] == SERVICES["web"]["environment"]
    assert ":?" in SERVICES["web"]["environment"]["DATABASE_URL"]  # no start without a password


def test_the_site_is_published_to_this_machine_only_unless_told_otherwise():
    assert SERVICES["web"]["ports"] == ["${HOST:-127.0.0.1}:${PORT:-8000}:8000"]
    assert not any("ports" in SERVICES[name] for name in ("db", "redis", "worker", "beat"))


def test_the_image_copies_only_what_exists_and_is_sent_to_the_builder():
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = [source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]]
    assert len(copied) >= 8
    for source in copied:
        assert (ROOT / source).exists(), source
        assert source in allowed, source
    assert {"extraction", "locale", "ocrsite", "static", "templates"} <= set(copied)


def test_the_image_runs_as_an_ordinary_user_and_is_watched():
    assert instructions("USER")[-1] != "root"
    (health,) = instructions("HEALTHCHECK")
    check_command(json.loads(health.split("CMD", 1)[1]))
    check_command(json.loads(instructions("CMD")[-1]))


def test_the_image_holds_the_code_that_the_commands_need():
    copied = " ".join(instructions("COPY"))
    for path in ("manage.py", "gunicorn.conf.py", "ocrsite", "extraction", "templates", "static", "bin/healthcheck"):
        assert path in copied


def test_a_linter_has_no_complaint_about_the_dockerfile():
    linter = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
    if not linter:
        pytest.skip("no hadolint: it comes with requirements-dev.txt")
    result = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert result.stdout == ""
