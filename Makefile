# Everything from a fresh checkout: needs Python 3.11 or newer with pip, and make.
#   make run     check the documents in seeds/, report into reports/
#   make test    the tests
#   make check   format, lint, types, import contracts, docs, tests
#   make fuzz    fuzz the parsers; ARGS="page --seconds 600" for a part (Linux)
#   make bench   measure beside lychee; ARGS="web --links 1000" for a part

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CRAWL := $(BIN)/crawl
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.ready-dev
TESTED := $(VENV)/.tested
TESTS_NEED := $(shell find .ci .pre-commit-hooks.yaml Makefile action.yml README.md CHANGELOG.md pyproject.toml crawler docs reports \
	seeds tests -type f ! -name '*.pyc' ! -name '* *')

# Programs that are started a hundred times are compiled once.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test check format lint types contracts docs bench fuzz clean

help:
	@sed -n 's/^#   //p' Makefile

# `venv` without pip, and pip from outside: works where Python came without `ensurepip` too.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "crawl needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)

$(READY): $(BIN)/python pyproject.toml
	@echo "Installing crawl into $(VENV) …"
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV_READY): $(READY)
	@echo "Installing the tools of the developers into $(VENV) …"
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: $(READY)
	@$(CRAWL) run seeds; code=$$?; \
	if [ $$code -eq 3 ]; then \
		echo; echo "The same job on the practice web instead:"; echo; $(CRAWL) demo; \
	elif [ $$code -eq 0 ]; then \
		$(CRAWL) report --write-all && \
		echo "The whole report: reports/latest.md (for people), reports/latest.json (for programs)."; \
	else exit $$code; fi

# With coverage, which `check` asks for. What changes meanwhile has not been tested.
test: $(DEV_READY)
	@rm -f $(TESTED) && touch $(TESTED).begun
	@$(BIN)/pytest --cov --cov-report=
	@mv $(TESTED).begun $(TESTED)

$(TESTED): $(DEV_READY) $(TESTS_NEED)
	@$(MAKE) --no-print-directory test

# Tests that have passed since the last change are not run again.
check: format lint types contracts docs $(TESTED)
	@$(BIN)/coverage report --fail-under=95
	@$(BIN)/python tests/core_coverage.py

format: $(DEV_READY)
	@$(BIN)/ruff format --check .

lint: $(DEV_READY)
	@$(BIN)/ruff check .

types: $(DEV_READY)
	@$(BIN)/mypy

contracts: $(DEV_READY)
	@$(BIN)/lint-imports --no-cache

docs: $(DEV_READY)
	@$(BIN)/python docs/generate.py --check

bench: $(DEV_READY)
	@PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

fuzz: $(DEV_READY)
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --editable '.[fuzz]'
	@PYTHONPATH=tests $(BIN)/python -m fuzz $(ARGS)

clean:
	rm -rf $(VENV) .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .fuzz
