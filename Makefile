# make site   set up an environment here, check the sample ledger and build its site to site/
# make test   the whole test suite
# make lint   style, format and types
# make laws   the laws on examples that differ each time, and the story of a ledger, 200 times over 50 steps
# make crash  200 kills, and 4 x 40 fills at once
# make fuzz   each reader for a minute (SECONDS=n); mutants: how many changes of the core no test notices
# make browser  the site in a real Chromium; audit: Lighthouse's scores of it (both need npm)
# make zensical  whether Zensical and ProperDocs make the same site; picture: the dashboard for the README
# make bench-site  a build beside plain MkDocs Material (SESSIONS="100 1000"); search and edits of the largest site
# make cover  which branches of the core no test takes
PYTHON ?= python3
SECONDS ?= 60
SESSIONS ?= 100 1000 5000
KILLS ?= 200
TARGETS := frontmatter transcripts body settings merging
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

.PHONY: site test lint laws crash fuzz mutants browser audit zensical picture cover samples docs bench bench-site clean

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

laws: .venv/dev.stamp
	@EXAMPLES=others $(BIN)/python -m pytest -q -n 2 $$(grep -l '^from hypothesis' tests/test_*.py)
	@LAWS_RUNS=40 $(BIN)/python -m pytest -q -m "slow or not slow" tests/test_ledger_machine.py

crash: .venv/dev.stamp
	@KILLS=$(KILLS) $(BIN)/python -m pytest -q -m slow tests/test_kills.py

fuzz: .venv/fuzz.stamp
	@mkdir -p .cache/fuzz
	@for target in $(TARGETS); do \
		echo "fuzz $$target for $(SECONDS) s"; \
		$(BIN)/python -m fuzz.run $$target --seconds $(SECONDS) --corpus .cache/fuzz/$$target > .cache/fuzz.log 2>&1 \
			|| { tail -n 60 .cache/fuzz.log; exit 1; }; \
		grep -E 'stat::(number_of|average)' .cache/fuzz.log; \
	done

# In a copy without the files that no program could copy.
mutants: .venv/mutation.stamp
	@rm -rf .cache/mutation && mkdir -p .cache/mutation
	@git ls-files --cached --others --exclude-standard -- . ':!tests/check_cases' | tar -cf - -T - | tar -xf - -C .cache/mutation
	@cd .cache/mutation && $(CURDIR)/$(BIN)/mutmut run && $(CURDIR)/$(BIN)/mutmut results

browser: .venv/browser.stamp .cache/axe/stamp
	@.ci/chromium
	@$(BIN)/python -m pytest -q -n 2 -m browser tests/browser

audit: .venv/browser.stamp .cache/lighthouse/stamp
	@.ci/chromium
	@$(BIN)/python -m tests.browser.audit

# One that cannot be installed is left out; the script fails only if none is there.
zensical: .venv/run.stamp
	-@$(MAKE) --no-print-directory .cache/zensical/stamp
	-@$(MAKE) --no-print-directory .cache/properdocs/stamp
	@$(BIN)/python tests/zensical_canary.py

picture: .venv/browser.stamp
	@.ci/chromium
	@$(BIN)/python examples/make_picture.py

cover: .venv/dev.stamp
	@$(BIN)/coverage run -m pytest -q
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

samples: .venv/run.stamp
	@$(BIN)/python examples/make_samples.py

docs: .venv/run.stamp
	@$(BIN)/python examples/make_rule_docs.py
	@$(BIN)/python examples/make_export_docs.py
	@$(BIN)/python examples/make_constraints.py

bench: .venv/run.stamp
	@$(BIN)/python benchmarks/read_transcripts.py
	@$(BIN)/python benchmarks/check_ledger.py
	@$(BIN)/python benchmarks/day.py
	@$(BIN)/python benchmarks/hook.py

bench-site: .venv/browser.stamp
	@.ci/chromium
	@$(BIN)/python benchmarks/build_site.py --sessions $(SESSIONS) --keep .cache/bench
	@$(BIN)/python benchmarks/use_site.py --ledger .cache/bench/ours-$(lastword $(SESSIONS))

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

.venv/fuzz.stamp: .venv/dev.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	@touch $@

.venv/mutation.stamp: .venv/dev.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutation]'
	@touch $@

.venv/browser.stamp: .venv/dev.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[browser]'
	@touch $@

# What npm brings is exactly what the lock file names, and runs no script of its own while it is installed.
.cache/%/stamp: tests/browser/%/package.json tests/browser/%/package-lock.json
	@mkdir -p $(@D)
	@cp $^ $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.cache/zensical/stamp: .ci/zensical.txt
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@

# Beside the plugin, which it runs as MkDocs does.
.cache/properdocs/stamp: .ci/properdocs.txt constraints.txt pyproject.toml
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r $< -e .
	@touch $@
