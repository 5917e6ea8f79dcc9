# The few verbs of this project. `make` alone lists them.

export ATTACHDASH_HOME ?= var
PORT ?= 8501

bin := .venv/bin
# What ruff and mypy look at; what is not there yet is left out.
typed := $(wildcard attachdash pages app.py benchmarks)
benchmarks := scoring change triad client_page caseload client_data importing upload
# In the order of tests/conftest.py: of itself the tool begins with the files of most tests, and
# ends with those of the browser, which take longest.
pytest := $(bin)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-long check fix bench calibrate rules support shots lock clean

help:  ## List these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup:  ## Make .venv from the lock (PYTHON names another Python)
	@tools/setup.sh

setup-dev:
	@tools/setup.sh dev

run: setup  ## Serve the demo practice (PORT, ATTACHDASH_HOME); never a real one
	@$(bin)/attachdash run --demo --port $(PORT)

test: setup-dev  ## Install what the tests need, run them
	@$(bin)/python tests/chromium.py --install
	@$(pytest) --durations=10

test-long: setup-dev  ## The tests that take minutes, and many more generated cases
	@$(bin)/python tests/chromium.py --install
	@HYPOTHESIS_PROFILE=long $(pytest) -m "long or hypothesis"

check: setup-dev  ## Lint, format and types
	@$(bin)/ruff check .
	@$(bin)/ruff format --check .
	@$(bin)/mypy $(typed)

fix: setup-dev  ## Mend what lint and format can mend
	@$(bin)/ruff check --fix .
	@$(bin)/ruff format .

bench: setup-dev  ## Speed against peers, ratios in one run
	@for name in $(benchmarks); do $(bin)/python -m benchmarks.$$name || exit 1; done

calibrate: setup-dev  ## Try likely levels and flags on made-up people; write docs/calibration.md
	@$(bin)/python -m benchmarks.calibration

rules: setup-dev  ## Write docs/rules.md from the rules themselves
	@$(bin)/python -m attachdash.practice.rules > docs/rules.md

support: setup-dev  ## Write docs/support.md from the support content itself
	@$(bin)/python -m attachdash.support.written > docs/support.md

shots: setup-dev  ## Take the screenshots of the docs
	@$(bin)/python tests/chromium.py --install
	@$(bin)/python docs/shots.py

lock: setup-dev  ## Lock the newest versions pyproject.toml allows
	@tools/lock.sh --upgrade

clean:  ## Remove .venv and all the tools made; never a practice
	@rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find attachdash pages tests benchmarks docs -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
