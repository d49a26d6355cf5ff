# Saishang (塞上): every chore is one line. `make help` lists them.
SHELL := /bin/bash
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# Test files are shared out among so many processes, each with a database of its own: three on two cores, because they wait
# for disks and servers a third of the time. In their order: by number of tests, as
# is the default, the few long ones would come last and keep one process waiting for the other.
WORKERS ?= 3
# Whoever set this for images made once pays here: every process of the suite would read all modules as text again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help install frontend demo test lint bench soak docs clean

help: ## list the chores
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s'|'

$(VENV)/.made: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Saishang needs Python 3.11 or newer, this is {v[0]}.{v[1]}. Mend: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.'
	@$(PYTHON) tools/portable_venv.py $(VENV)
	@touch $@

$(VENV)/.made-dev: $(VENV)/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,spark]'
	@$(PYTHON) tools/portable_venv.py $(VENV)
	@touch $@

src/saishang/web/static/dist/.made: package.json package-lock.json $(wildcard frontend/*.* frontend/*/*.* frontend/*/*/*.*) | $(VENV)/.made
	$(BIN)/python tools/frontend.py
	@touch $@

install: $(VENV)/.made src/saishang/web/static/dist/.made ## virtual environment in .venv and the front end

frontend: src/saishang/web/static/dist/.made ## build scripts and styles from npm packages

demo: install ## set everything up, run the main job on real data, serve the portal at http://127.0.0.1:8000
	$(BIN)/saishang demo

test: $(VENV)/.made-dev src/saishang/web/static/dist/.made ## set up and run the whole test suite
	$(BIN)/python tools/prepare_tests.py
	$(BIN)/python -m pytest tests -m "not soak" --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)/.made-dev ## ruff, types, import contracts, rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/saishang rules check

bench: $(VENV)/.made-dev ## benchmarks: each prints a ratio against a named peer or limit
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@$(PYTHON) tools/portable_venv.py $(VENV)
	$(BIN)/python bench/air_network.py
	$(BIN)/python bench/water_network.py
	$(BIN)/python bench/ingest.py
	$(BIN)/python bench/correction.py
	$(BIN)/python bench/forecast.py
	$(BIN)/python bench/origin.py
	$(BIN)/python bench/suspicion.py --trials 4

soak: $(VENV)/.made-dev ## what is longer than `make test` allows (hundreds of killed ingestions, a billion rows)
	$(BIN)/python -m pytest tests -m soak --timeout 3600
	$(BIN)/python bench/scale.py

docs: $(VENV)/.made ## reference pages made from the rules
	$(BIN)/python tools/reference.py

clean: ## remove what was made here; keeps var/ (your data)
	rm -rf $(VENV) node_modules src/saishang/web/static/dist build dist .pytest_cache .mypy_cache .ruff_cache
