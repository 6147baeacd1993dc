PYTHON ?= python3
PORT ?= 3000
SEEDS ?= 2000
SOAK_SECONDS ?= 120
RECORD ?= record.json
FIRST ?= 0
BIN := .venv/bin

SAM := .venv-sam/bin/sam
# The functions' own Python: SAM packages with it, and pyenv's shims may name one that is not there.
PYTHON313 ?= $(shell for p in $$(command -v python3.13) $$(ls -d $$HOME/.pyenv/versions/3.13*/bin/python3.13 2>/dev/null); do $$p -c '' 2>/dev/null && echo $$p && break; done)
ARCHITECTURE ?= $(subst aarch64,arm64,$(shell uname -m))
export SAM_CLI_TELEMETRY := 0
# Many short processes run here: without cached bytecode, each would compile its code again.
unexport PYTHONDONTWRITEBYTECODE
# With it, Python does not find `tests` in this folder.
unexport PYTHONSAFEPATH

.DEFAULT_GOAL := help
.PHONY: help run test test-clone test-browser pictures test-recipes test-asyncapi test-dynalite test-elsewhere simulate record prove lessons soak bench lint scan audit lock samples contracts scale compare wheel sam-validate sam-build deploy continue-rollback republish test-sam

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-20s %s\n", $$1, $$2}' '$(firstword $(MAKEFILE_LIST))'

run: $(BIN)/choreo ## start everything on http://localhost:3000 (PORT=3001, RUN="--data state")
	@$(BIN)/python -m infra.run --port $(PORT) $(RUN)

test: $(BIN)/choreo ## run the unit, moto-backed and whole-choreography tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m 'not engine and not proof and not recipes and not browser and not ministack'

test-clone: ## run the snippets of the documents in a clone whose path has a space
	@folder="$$(mktemp -d)" && trap 'rm -rf "$$folder"' EXIT && git clone --quiet . "$$folder/a clone" && \
	  cd "$$folder/a clone" && $(MAKE) $(BIN)/choreo && \
	  $(BIN)/python -m pytest -m 'not proof' tests/docs tests/local/test_documents.py

test-browser: $(BIN)/choreo .venv/checks ## test the live page in a real browser; needs Chromium
	@$(BIN)/python -m pytest -m 'browser and not proof' tests/local/live

pictures: $(BIN)/choreo .venv/checks ## write the pictures in docs/ from the live page; needs Chromium
	@WRITE_PICTURES=yes $(BIN)/python -m pytest -m browser tests/local/live/test_pictures.py

test-recipes: $(BIN)/choreo .venv/checks ## apply the recipes of docs/recipes.md to a copy of the project, and test the copy
	@$(BIN)/python -m pytest -n 2 -m recipes tests/scaffold

test-asyncapi: $(BIN)/choreo .venv-node/ready ## read the published events with AsyncAPI's own parser
	@$(BIN)/python -m pytest tests/contracts/test_asyncapi_parser.py

test-dynalite: $(BIN)/choreo .venv-dynalite/ready ## repeat each DynamoDB call of the tests on dynalite, and compare
	@PLAIN_MOTO=1 $(BIN)/python -m pytest -p tests.engines.dynalite.plugin tests/integration tests/choreography

test-elsewhere: $(BIN)/choreo .venv-ministack/ready ## run whole orders over HTTP on ministack, another AWS on the laptop
	@$(BIN)/python -m pytest -m ministack tests/engines/ministack

simulate: $(BIN)/choreo ## simulate thousands of runs with injected faults (SEEDS=2000)
	@$(BIN)/choreo simulate --seeds $(SEEDS) --complete

record: $(BIN)/choreo ## simulate SEEDS runs from seed FIRST on, and add the result to RECORD (record.json)
	@$(BIN)/python -m infra.simulation.record run $(RECORD) --first $(FIRST) --seeds $(SEEDS)

# Tests of the answers of DynamoDB, SNS and SQS, run with and without the patches that make moto faster.
ANSWERS := tests/integration tests/recorded $(wildcard tests/local/test_*_refusals.py) $(patsubst %,tests/local/test_%.py,\
	aws_endpoint described differences event_bus fifo filter_policies move_tasks moto_patches \
	queue_properties records retention saved_items snapshot stream_failures subscriptions)

prove: $(BIN)/choreo ## simulate all of the fault space; remove each safeguard; test moto with and without patches
	@$(BIN)/choreo simulate --seeds 50 --complete
	@$(BIN)/python -m pytest -n 2 -m proof
	@$(BIN)/python -m pytest -n 2 -m 'not proof' $(ANSWERS)
	@PLAIN_MOTO=1 $(BIN)/python -m pytest -n 2 -m 'not proof' $(ANSWERS)

lessons: $(BIN)/choreo ## play all lessons, with and without each safeguard, and print the table of their lights
	@$(BIN)/choreo lesson --all

soak: $(BIN)/choreo ## run real processes and kill them at random (SOAK_SECONDS=120)
	@$(BIN)/python -m infra.simulation.soak --seconds $(SOAK_SECONDS)

bench: $(BIN)/choreo $(if $(findstring ministack,$(BENCH)),.venv-ministack/ready) ## measure speed as ratios (BENCH=cold, run, bytecode, ministack, trees or growth for a part)
	@$(BIN)/python -m infra.bench $(BENCH) --python "$(PYTHON313)"

lint: $(BIN)/choreo .venv/checks ## check format, style, types, imports, workflows and words
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/python -m infra.build.words

scan: .venv-audit/ready ## scan for unsafe settings and secrets with checkov; infra/build/checkov.yaml lists the exceptions
	.venv-audit/bin/checkov --config-file infra/build/checkov.yaml

audit: .venv-audit/ready ## report known vulnerabilities of all locked packages (AUDIT_OFFLINE=allowed without a network)
	@.venv-audit/bin/python -m infra.build.audit

samples: .venv/ready ## write the sample payloads in events/ from the services' code
	@$(BIN)/python -m infra.samples

contracts: .venv/ready ## write infra/contracts/published/ from the models and the template
	@$(BIN)/python -m infra.contracts

compare: .venv/ready ## write the tables of docs/alternatives.md from a comparison
	@$(BIN)/python -m infra.alternatives.page

scale: .venv/ready ## write the tables of docs/scale.md from the template and a counted run
	@$(BIN)/python -m infra.scale

wheel: .venv/ready ## build dist/order_choreography_core-*.whl, the package for a service outside of this repository
	@cd infra/build/wheel && "$(CURDIR)/$(BIN)/python" -m hatchling build -t wheel -d "$(CURDIR)/dist"

sam-validate: .venv-sam/ready ## check the templates with the SAM CLI and cfn-lint
	$(SAM) validate --lint --region eu-west-1
	$(SAM) validate --lint --region eu-west-1 --template infra/examples/notifications/template.yaml
	$(SAM) validate --lint --region eu-west-1 --template infra/alternatives/orchestrated/template.yaml
	.venv-sam/bin/cfn-lint infra/deployment/github.yaml

# Lambda's code folder is read-only, so a cold start cannot cache bytecode; and unzipping changes the files' times, so
# the bytecode is not checked against them. Compiled for /var/task, all functions' bundles are equal, and uploaded once.
sam-build: .venv/ready .venv-sam/ready ## build what is deployed: slimmed, and with bytecode, for a cold start in a third of the time
	PATH=$(dir $(PYTHON313)):$$PATH $(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE)
	$(BIN)/python -m infra.build.slim .aws-sam/build
	for bundle in .aws-sam/build/*/; do $(PYTHON313) -m compileall -q -j 0 --invalidation-mode unchecked-hash \
	  -s $${bundle%/} -p /var/task $${bundle%/} || exit; done

deploy: .venv-sam/ready ## deploy the build to STAGE, as .github/workflows/stage.yml does
	$(SAM) deploy --config-env $(STAGE) --s3-bucket $(BUCKET) --role-arn $(EXECUTION_ROLE_ARN) \
	  --parameter-overrides Stage=$(STAGE) Rollout=$(ROLLOUT) $(PARAMETERS)

continue-rollback: .venv/ready ## continue a rollback of STAGE that an alarm stopped
	@$(BIN)/python -m infra.deployment.rollback order-choreography-$(STAGE)

republish: $(BIN)/choreo ## publish the events again that STAGE missed while a changed filter policy took effect
	@$(BIN)/choreo republish --stack order-choreography-$(STAGE) --after-deployment order-choreography-$(STAGE)

test-sam: .venv/ready sam-build ## run every sample with `sam local invoke`; needs a Docker engine
	@$(BIN)/python -m pytest -m engine tests/engines/sam

.venv-sam/ready: infra/build/sam-cli.txt
	@echo "Installing the SAM CLI into .venv-sam, once …"
	@$(or $(PYTHON313),$(PYTHON)) -m venv .venv-sam
	@$(call INSTALL,.venv-sam,$<)
	@touch $@

# Installs Node from PyPI if this machine has no npm.
NPM = $(PYTHON) -m venv $(1) && \
	{ command -v npm >/dev/null || $(1)/bin/python $(PIP) -r tests/contracts/asyncapi/node.txt; } && \
	cp $(2)/package*.json $(1) && PATH="$$PATH:$(CURDIR)/$(1)/bin" npm $(3) --prefix $(1) --ignore-scripts --silent

.venv-node/ready: $(addprefix tests/contracts/asyncapi/,node.txt package.json package-lock.json)
	@echo "Installing AsyncAPI's parser into .venv-node, once …"
	@$(call NPM,.venv-node,tests/contracts/asyncapi,ci)
	@touch $@

.venv-dynalite/ready: tests/contracts/asyncapi/node.txt $(addprefix tests/engines/dynalite/,package.json package-lock.json)
	@echo "Installing dynalite into .venv-dynalite, once …"
	@$(call NPM,.venv-dynalite,tests/engines/dynalite,ci)
	@touch $@

.venv-ministack/ready: infra/bench/ministack.txt
	@echo "Installing ministack into .venv-ministack, once …"
	@$(PYTHON) -m venv .venv-ministack
	@$(call INSTALL,.venv-ministack,$<)
	@touch $@

.venv-audit/ready: infra/build/audit.txt
	@echo "Installing checkov and pip-audit into .venv-audit, once …"
	@$(or $(PYTHON313),$(PYTHON)) -m venv .venv-audit
	@$(call INSTALL,.venv-audit,$<)
	@touch $@

lock: .venv/ready ## upgrade the locked versions of all packages; needs npm
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --group build --group local --group test -o requirements.txt
	$(BIN)/uv pip compile $(LOCK) --group lint --group browser -c requirements.txt -o infra/build/checks.txt
	$(BIN)/uv pip compile $(LOCK) functions/requirements.in -c requirements.txt -o functions/requirements.txt
	$(BIN)/uv pip compile $(LOCK) infra/build/uv.in -o infra/build/uv.txt
	$(BIN)/uv pip compile $(LOCK) infra/build/sam-cli.in -o infra/build/sam-cli.txt
	$(BIN)/uv pip compile $(LOCK) infra/build/audit.in -o infra/build/audit.txt
	$(BIN)/uv pip compile $(LOCK) infra/bench/ministack.in -o infra/bench/ministack.txt
	$(BIN)/uv pip compile $(LOCK) tests/contracts/asyncapi/node.in -o tests/contracts/asyncapi/node.txt
	for folder in contracts/asyncapi engines/dynalite; do \
	  npm update --prefix tests/$$folder --package-lock-only --omit-lockfile-registry-resolved || exit; done

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade

# No bytecode at installation: most modules are never imported.
PIP := -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
# Installs a lock file into a virtual environment: with uv in a third of the time, or with pip if uv fails.
INSTALL = { $(1)/bin/python $(PIP) -r infra/build/uv.txt && \
	$(1)/bin/uv pip install --quiet --require-hashes --python $(1)/bin/python -r $(2); } 2>/dev/null || \
	$(1)/bin/python $(PIP) -r $(2)

.venv/ready: requirements.txt
	@echo "Installing into .venv, once …"
	@$(PYTHON) -m venv .venv
	@$(call INSTALL,.venv,$<)
	@touch $@

.venv/checks: infra/build/checks.txt .venv/ready
	@echo "Installing linters and Playwright, with which mypy checks the browser tests, into .venv, once …"
	@$(call INSTALL,.venv,$<)
	@touch $@

# Editable: `choreo`, the tests and the tools import this folder's code.
$(BIN)/choreo: .venv/ready pyproject.toml
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable . 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
