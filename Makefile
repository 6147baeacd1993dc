PYTHON ?= python3
PORT ?= 3000
BIN := .venv/bin

.PHONY: run test lint lock

run: .venv/ready ## everything on http://localhost:3000
	@$(BIN)/python -m infra.local --port $(PORT)

test: .venv/ready ## unit, moto-backed and whole-choreography tests
	@$(BIN)/python -m pytest

lint: .venv/ready ## style, types, and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=functions:. $(BIN)/lint-imports --no-logo

lock: ## the versions of everything, with hashes; needs uv
	uv pip compile $(LOCK) pyproject.toml --group local --group test -o requirements.txt
	uv pip compile $(LOCK) functions/requirements.in -c requirements.txt -o functions/requirements.txt
	uv pip compile $(LOCK) infra/sam-cli.in -o infra/sam-cli.txt

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade

.venv/ready: requirements.txt
	@echo "Installing into .venv, once …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@
