# Everything a developer does here. Needs make and a Python 3.12+ (scripts/find-python says how it looks for one).
.DEFAULT_GOAL := help
.PHONY: help setup test fuzz lint format demo demo-aws bench docs lock clean

BIN := .venv/bin
ARGS ?=
export PYTHON

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

setup: .venv/.setup ## the environment in .venv from the lock file; quick when nothing changed

.venv/.setup: pyproject.toml requirements/dev.txt
	@$(BIN)/python -c '' 2>/dev/null || { python=$$(scripts/find-python) && echo "setup: .venv from $$python" && "$$python" -m venv --clear .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
	@echo "setup: done"

test: setup ## all tests; one: make test ARGS="-k name"
	$(BIN)/python -m pytest $(ARGS)

fuzz: setup ## generated cases against the real Java classes: make fuzz N=100000 SEED=7
	$(BIN)/python -m tests.fuzz --total $(or $(N),100000) --seed $(or $(SEED),0) $(ARGS)

lint: setup ## style, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy connect_core $(if $(wildcard functions/*/*.py),functions)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/unit/test_house.py

format: setup ## let ruff repair what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: setup ## Connectless on this machine with a real Kafka and database; DB=sqlite|mariadb, PORT=8083
	$(BIN)/connectless demo $(if $(DB),--db $(DB)) $(if $(PORT),--port $(PORT))

demo-aws: setup ## the same as functions, deployed to a local AWS
	$(BIN)/connectless demo --aws

bench: setup ## side-by-side benchmarks
	$(BIN)/python -m bench $(ARGS)

docs: setup ## the pages below docs/ that are generated from declared keys, endpoints and connectors
	PYTHONPATH=. $(BIN)/python scripts/make_docs.py

lock: setup ## pins with hashes for Linux and macOS from pyproject.toml; newest versions: make lock ARGS=--upgrade
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-header --no-annotate \
		--quiet $(ARGS) --output-file requirements/dev.txt

clean: ## remove the environment and all caches of this checkout
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
