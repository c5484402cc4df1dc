.DEFAULT_GOAL := help
.PHONY: help setup dev demo test test-clients test-moto search lint crash adversary chaos fuzz bench bench-check lock schemas conformance
PYTHON := .venv/bin/python

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with what jobctl and the emulator need
	@./jobctl setup

demo: ## deploy the job files to the emulator, and preview a change
	@./jobctl demo

test: lint ## every check and every test, a sample of the crash matrix; needs neither network nor AWS
	$(PYTHON) -m pytest -n auto

test-clients: dev ## AWS's own clients on the emulator: the CLI, boto3's paginators and waiters, SageMaker's SDK
	$(PYTHON) -m venv .local/clients
	.local/clients/bin/python -m pip install -q -r tests/emulator/clients/requirements.txt
	$(PYTHON) -m pytest -q tests/emulator/clients/check_clients.py

test-moto: dev ## moto's own tests of Batch, Personalize and SageMaker on the emulator; fetches them once
	$(PYTHON) tests/emulator/clients/moto_suite.py

search: dev ## what the tests say of any input, on many random ones
	$(PYTHON) -m pytest -n auto --hypothesis-profile=search tests/unit tests/engine/test_values.py

lint: dev ## formatting, style, types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy aws_jobs components cli local tools

crash: dev ## the whole crash matrix: real processes killed at every call; prints its table
	$(PYTHON) -m tests.crash

adversary: dev ## 2,000 random steps against a model of which runs may exist; prints a replay of what goes wrong
	$(PYTHON) -m tests.adversary $(ARGS)

chaos: dev ## fleets of 200 jobs under faults of every kind and random kills; then one run for each, and nothing left
	$(PYTHON) -m tests.chaos $(ARGS)

fuzz: dev ## hostile job files, settings, policies, states and answers of AWS: many, another seed each time
	$(PYTHON) -m pytest -n auto --hypothesis-profile=search tests/fuzz

bench: dev ## every command beside boto3, the AWS CLI and plain Pulumi; ARGS="--jobs 4 --rows up", ARGS=--write
	@$(PYTHON) -m tools.bench $(ARGS)

bench-check: dev ## fail where a ratio is worse than the recorded one by a third
	@$(PYTHON) -m tools.bench --jobs 4,200 --rows validate,plan,up,preview,refresh,change,destroy --check

lock: ## pin every package anew, with the hashes of its files
	$(PYTHON) -m tools.lock

schemas: dev ## generate schemas/ from botocore's service models
	$(PYTHON) -m tools.schemas.generate

conformance: dev ## the embedded engine beside the Pulumi CLI: agreed/total
	$(PYTHON) -m tests.engine.conformance

dev:
	@./jobctl setup --dev
