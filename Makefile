# make site   set up an environment here, check the sample ledger and build its site to site/
# make test   the whole test suite
# make lint   style, format and types
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

.PHONY: site test lint samples bench clean

site: .venv/run.stamp
	@$(BIN)/sessions check
	@$(BIN)/sessions build
	@echo "The site is ready: open $(CURDIR)/site/index.html"

test: .venv/dev.stamp
	@$(BIN)/python -m pytest -q -n 2

lint: .venv/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

samples: .venv/run.stamp
	@$(BIN)/python examples/make_samples.py

bench: .venv/run.stamp
	@$(BIN)/python benchmarks/read_transcripts.py
	@$(BIN)/python benchmarks/check_ledger.py

clean:
	rm -rf .venv site .cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "\nhint: make PYTHON=python3.12 site")'
	@$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python pyproject.toml constraints.txt
	@echo "Setting up .venv (this takes a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/dev.stamp: .venv/bin/python pyproject.toml constraints.txt
	@echo "Setting up .venv with the tools for tests (this takes a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/run.stamp
