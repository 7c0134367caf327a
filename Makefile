# Kechuang's verbs. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.runtime
TESTSTAMP := $(VENV)/.tools

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset run test check fix docs

help: ## list these verbs
	@awk 'BEGIN{FS=":.*## "} /^[a-z-]+:.*## /{printf "  make %-12s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## Jinnan's plan live, with sample records and demo accounts (PORT=8123, HOST=127.0.0.1)
	@exec $(BIN)/kechuang demo --host $(HOST) --port $(PORT)

demo-reset: $(STAMP) ## throw the demo's records away and start afresh
	@exec $(BIN)/kechuang demo --reset --host $(HOST) --port $(PORT)

run: $(STAMP) ## server and worker on your own database (KECHUANG_DATABASE_URL, KECHUANG_SECRET_KEY)
	@$(BIN)/kechuang migrate
	@exec $(BIN)/kechuang serve --with-worker --host $(HOST) --port $(PORT)

test: $(TESTSTAMP) ## all tests (KECHUANG_TEST_DATABASE_URL=postgresql://… for PostgreSQL; T='-k word' to choose)
	@sh .ci/chromium
	@sh .ci/print
	@$(BIN)/python -m pytest -n 2 $(T)

check: $(TESTSTAMP) ## format, lint, doors, types, templates, migrations, books
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	KECHUANG_DEMO=1 $(BIN)/mypy src
	$(BIN)/djlint --lint --quiet src/kechuang/district/templates
	KECHUANG_DEMO=1 $(BIN)/python -m kechuang.cli manage makemigrations --check --dry-run
	$(BIN)/kechuang book check books/jinnan
	$(BIN)/kechuang book check books/binhai

fix: $(TESTSTAMP) ## format and mend what a machine can mend
	-$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(TESTSTAMP) ## draw docs/map.md (states, roles, steps) docs/books.md (policies covered), docs/schemas/
	KECHUANG_DEMO=1 $(BIN)/kechuang manage map
	$(BIN)/kechuang book cover books/jinnan > docs/books.md
	$(BIN)/kechuang book schemas docs/schemas >/dev/null

$(VENV)/bin/python:
	@sh .ci/venv $(PYTHON) $(VENV)

$(STAMP): $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@sh .ci/print
	@touch $@

$(TESTSTAMP): $(STAMP) requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.lock
	@touch $@
