# Bare `make` lists what there is. Everything below needs only python3 to begin with.
PYTHON ?= python3
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test faults check fmt lock messages backup restore clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

run: ## build what is missing and start the portal; PORT, HOST and DEMO=0 are honoured
	@$(PYTHON) scripts/bootstrap.py runtime --then manage.py up

test: ## the whole suite on PostgreSQL and Redis, again on SQLite, then the browser tests
	@$(PYTHON) scripts/bootstrap.py dev --then scripts/run_tests.py all

faults: ## the long fault and fuzz runs
	@$(PYTHON) scripts/bootstrap.py dev --then scripts/run_tests.py faults

check: ## every static check
	@$(PYTHON) scripts/bootstrap.py dev --then scripts/check.py

fmt: ## format the code and mend what can be mended by machine
	@$(PYTHON) scripts/bootstrap.py dev
	$(VENV)/ruff check --fix-only --quiet .
	$(VENV)/ruff format .

lock: ## write both requirement locks anew from pyproject.toml
	@$(PYTHON) scripts/bootstrap.py dev --then scripts/lock.py write

messages: ## bring new sentences into the translation catalogue
	@$(PYTHON) scripts/bootstrap.py dev --then scripts/messages.py update

# On a production host .env names the settings; where there is none, the embedded portal is meant.
backup restore: export DJANGO_SETTINGS_MODULE := $(or $(DJANGO_SETTINGS_MODULE),$(shell sed -n 's/^DJANGO_SETTINGS_MODULE=//p' .env 2>/dev/null),emulation_portal.settings.embedded)

backup: ## copy database and files into a new folder below var/backups, or below INTO=/path
	@$(PYTHON) scripts/bootstrap.py runtime --then manage.py backup $(if $(INTO),--into "$(INTO)")

restore: ## put back the backup FROM=folder and prove it; WORD=replace lets data there now be lost
	@$(PYTHON) scripts/bootstrap.py runtime --then manage.py restore "$(FROM)" $(if $(WORD),--word "$(WORD)")

clean: ## remove caches and what the build made; the data under var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* var/static
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
