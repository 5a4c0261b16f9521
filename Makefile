# make demo  - install into .venv, run the main job on the embedded reference, say where the report is
# make test  - install what the tests need, run them
# Both can be run again at any time; they install only what is missing or has changed.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
WORKERS ?= 2

.PHONY: demo test lint docs clean help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile
	@echo "also: make lint, make docs, make clean"

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "make: no python3 found; install Python 3.11 or newer" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: $(PYTHON) is older than 3.11; say which one to use: make PYTHON=python3.12 demo" >&2; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "make: this Python cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 2; }
	@echo "making $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1"

$(VENV)/.package: pyproject.toml | $(BIN)/pip
	@echo "installing metastasome into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.%: pyproject.toml $(VENV)/.package
	@echo "installing the '$*' tools into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --group $*
	@touch $@

# Numba compiles what a run needs once per machine; a small run does it, so that the demo itself starts warm.
$(VENV)/.compiled: $(VENV)/.package
	@echo "compiling for this machine (once, one to two minutes)"
	@$(BIN)/metastasome demo --quiet -n 20 --out $(VENV)/warm >/dev/null
	@rm -rf $(VENV)/warm
	@touch $@

demo: $(VENV)/.compiled
	@$(BIN)/metastasome demo --out results/demo

test: $(VENV)/.package $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(VENV)/.package $(VENV)/.lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.package $(VENV)/.docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@echo "docs: docs/_build/html/index.html"

clean:
	rm -rf docs/_build docs/jupyter_execute .pytest_cache .mypy_cache .ruff_cache .hypothesis
