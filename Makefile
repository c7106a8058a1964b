# Everything starts here. `make lab` and `make test` work on a fresh machine with Python 3.11 or newer;
# neither needs another step first. Nothing outside this folder is changed, except that `make test` may
# install Chromium and bubblewrap where apt-get is allowed to.

.DEFAULT_GOAL := help
.PHONY: help lab demo site test test-rest test-all term bench bench-gpu grade desk formgrade release doctor clean
SHELL := /bin/sh

# The first Python that really runs, is new enough and can make environments (a name on PATH may be a stub).
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
# Tests of one file stay together: they share courses, servers and browsers that are slow to start.
# (Those of tests/solutions stay together by notebook: tests/conftest.py.)
PARALLEL := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
export PATH := $(CURDIR)/$(BIN):$(PATH)

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1  |/' | column -t -s'|' 2>/dev/null \
	|| grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

lab: .lab ## open the course in JupyterLab: your notebooks are in work/
	@lazyrich lab $(ARGS)

demo: .lab ## open the gallery: every demo of the course on one page
	@lazyrich demo $(ARGS)

site: .dev ## write the course as a website into site/: notebooks with figures, live demos, reference
	@lazyrich site $(ARGS)

test: .dev .tools ## the quick lane of the tests: every package, 5 to 9 minutes
	@python -m pytest -m "not slow" $(PARALLEL) $(ARGS)

test-rest: .dev .tools .proxy ## the tests that `make test` leaves out
	@python -m pytest -m slow $(PARALLEL) $(ARGS)

# Many of the slow tests wait for browsers, servers and other processes: four share them on any machine.
test-all: .dev .tools .proxy ## every test
	@python -m pytest $(PARALLEL) -n 4 $(ARGS)

term: .dev .tools ## a simulated class of 300 goes through a term; every mark is compared with the truth
	@python tests/term.py $(ARGS)

bench: .dev .tools ## the benchmarks; their record is tests/bench/RECORD.md
	@for each in $(filter-out %/gpu.py,$(wildcard tests/bench/*.py)); do python $$each || exit 1; done

bench-gpu: .dev .tools ## the benchmarks of one NVIDIA GPU, at most 8 minutes; ARGS="--tiny --device cpu" rehearses them
	@python tests/bench/gpu.py $(ARGS)

release: .dev ## make the students' notebooks in course/ from solutions/
	@autograder release $(ARGS)

grade: .dev ## release, grade the example submissions, print the table
	@autograder release && autograder grade --examples $(ARGS)

desk: .dev ## open the desk: grade by hand in the browser, one answer at a time
	@autograder lab $(ARGS)

formgrade: .dev ## open nbgrader's formgrader, in JupyterLab
	@autograder lab --formgrader $(ARGS)

doctor: .lab ## look at versions, device, port and folders
	@lazyrich doctor

clean: ## remove the environment and caches; work/ and the gradebook stay
	rm -rf .venv .ruff_cache .pytest_cache .hypothesis .benchmarks build lib/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- installation -----------------------------------------------------------------------------------------
# .venv holds a stamp for each set of packages: the lock's checksum and this folder's name. While they agree
# nothing is installed and no network is needed; an interrupted installation leaves no stamp and starts again.

define install
	@want="$$(cat pyproject.toml constraints.txt | cksum) $(CURDIR)"; \
	if [ "$$(cat .venv/.$(1) 2>/dev/null)" = "$$want" ]; then exit 0; fi; \
	if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer (with its venv module) was not found."; \
		echo "Install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), then run this again."; \
		exit 1; fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.prefix != "$(CURDIR)/.venv")' 2>/dev/null; then \
		rm -rf .venv && $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Could not make .venv: is the disk full, or the folder read-only?"; exit 1; }; fi; \
	echo "Installing into .venv: about 3 minutes, once."; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(1)]' || { \
		echo "The installation did not finish. Is there a network? Run the same command again to go on."; exit 1; }; \
	told="$$($(BIN)/lazyrich doctor)" || { \
		echo "$$told"; echo "Fix what is marked wrong above, then run this again."; exit 1; }; \
	echo "$$want" > .venv/.$(1)
	$(2)
endef

.PHONY: .lab .dev .tools .proxy
.lab:
	$(call install,lab)

.dev:
	$(call install,dev,@cp .venv/.dev .venv/.lab)

# Chromium drives the browser tests, bubblewrap the isolation tests. Without them those tests say why they
# did not run.
.tools:
	@missing=""; \
	command -v chromium >/dev/null 2>&1 || missing="$$missing chromium"; \
	command -v bwrap >/dev/null 2>&1 || missing="$$missing bubblewrap"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null 2>&1; then echo "Not installed:$$missing (tests that need them will say so)."; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=""; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; \
	else echo "Not installed:$$missing. To run their tests: sudo apt-get install$$missing"; exit 0; fi; \
	echo "Installing$$missing with apt-get."; \
	{ $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null 2>&1 \
	|| echo "apt-get could not install$$missing; their tests will say so."

# The proxy of JupyterHub, with which the tests rehearse a course on a hub.
.proxy:
	@if [ -e $(BIN)/configurable-http-proxy ]; then exit 0; fi; \
	if ! npm --version >/dev/null 2>&1; then echo "Not installed: node and npm (the rehearsal of a hub will say so)."; exit 0; fi; \
	npm install --silent --no-fund --no-audit --global --prefix .venv configurable-http-proxy@5.1.0 >/dev/null 2>&1 \
	|| echo "npm could not install configurable-http-proxy; the rehearsal of a hub will say so."
