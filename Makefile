# Everything starts from Python 3.11+ and git; `make` sets up the rest in .venv.
PYTHON ?= python3
PORT ?= 3000
BIN := .venv/bin

.PHONY: setup demo dagster test check format lock

setup: .venv/ready

.venv/ready: requirements/installer.txt requirements/lock.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/installer.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/lock.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

demo: setup          ## Teach a transform on 5,000 people, find the duplicates.
	$(BIN)/glueml demo

dagster: setup       ## Dagster's UI with the example: http://localhost:$(PORT)
	mkdir -p .dagster
	cp -n deploy/dagster.yaml .dagster/
	DAGSTER_HOME=$(CURDIR)/.dagster DAGSTER_DISABLE_TELEMETRY=1 $(BIN)/dagster dev -w workspace.yaml -p $(PORT)

test: setup          ## All tests, on everything that is real.
	$(BIN)/python -m pytest

check: setup         ## Format, lint, types, layers, tests.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:                ## Pin every dependency with its hashes, and no address.
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras \
	    pyproject.toml --group dev --extra postgres --extra spark -o requirements/lock.txt
