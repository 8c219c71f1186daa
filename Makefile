# demo, test, check, docs, pictures, fuzz, bench and lock: everything a newcomer needs, with nothing to set up first.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-quick check docs pictures prior fuzz bench format lock clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# The lock decides what is installed; a changed lock makes the environment anew.
$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@echo "Making $(VENV) from the lock (about a minute, once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "calfwise needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.installed ## a simulated runner's 16 weeks through the whole system
	@$(BIN)/calfwise demo

test: $(VENV)/.installed ## all tests
	@$(BIN)/python -m pytest -n 2

test-quick: $(VENV)/.installed ## the tests without a Prefect server, real files and slow ones
	@$(BIN)/python -m pytest -n 2 -m "not flow and not slow and not shared"

check: $(VENV)/.installed ## format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

docs: $(VENV)/.installed ## write docs/rules.md from the rules
	@$(BIN)/python -m tests.advice.rules_document

pictures: $(VENV)/.installed ## take the README's pictures again; needs Chromium
	@$(BIN)/python -m tests.pictures

CASES ?= 20000
SEED ?= 1
JOBS ?= 2
fuzz: $(VENV)/.installed ## spoilt files by the ten thousand; CASES=20000 SEED=1 JOBS=2
	@$(BIN)/python -m tests.fuzz --cases $(CASES) --seed $(SEED) --jobs $(JOBS)

FILES ?= 3000
ATHLETES ?= 10000
JSON ?= build/bench.json
bench: $(VENV)/.installed ## reading and backfill beside other libraries, days of many; FILES=3000 ATHLETES=10000
	@mkdir -p $(dir $(JSON))
	@$(BIN)/python -m tests.bench --files $(FILES) --athletes $(ATHLETES) --json $(JSON)

prior: $(VENV)/.installed ## fit the forecast's prior on the public diaries, and measure it; they are not part of the project
	@$(BIN)/python -m tests.prior

format: $(VENV)/.installed ## let ruff lay out the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only .

lock: $(VENV)/.installed ## renew both locks
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--custom-compile-command "make lock" \
		pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--custom-compile-command "make lock" \
		pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove what make made
	@rm -rf $(VENV) calfwise-demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
