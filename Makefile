# `make lab` opens the course, `make test` checks it, `make` lists the rest.

PYTHON ?= python3
PORT ?=
ARGS ?=
TORCH := 2.13.0

BIN := .venv/bin
INSTALL := -c constraints.txt -e .[dev]
NOTEBOOKS := $(wildcard chapters/*.ipynb chapters/solutions/*.ipynb)
BENCHMARKS := $(subst /,.,$(basename $(wildcard benchmarks/[!_]*.py)))
AT_CHAPTER_1 := --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/chapters/01_why_memory.ipynb
IS_NEW_ENOUGH = $(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null)
TOO_OLD = This course needs Python 3.11 or newer, and `$(PYTHON)` is not: \
name one that is with PYTHON=/path/to/python3

.PHONY: help lab test lint notebooks images site benchmarks constraints clean
.DELETE_ON_ERROR:

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.venv/.installed: pyproject.toml constraints.txt tools/jupyterlab_overrides.json
	$(if $(filter True,$(IS_NEW_ENOUGH)),,$(error $(TOO_OLD)))
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(INSTALL)
	mkdir -p .venv/share/jupyter/lab/settings
	cp tools/jupyterlab_overrides.json .venv/share/jupyter/lab/settings/overrides.json
	@# The first import of matplotlib builds its font cache and may say so; a notebook must not.
	$(BIN)/python -c 'import matplotlib.font_manager'
	@touch $@

.venv/.trusted: .venv/.installed $(NOTEBOOKS)
	$(if $(filter %.ipynb,$?),$(BIN)/jupyter trust $(filter %.ipynb,$?))
	@touch $@

lab: .venv/.trusted  ## open the course in JupyterLab (PORT=8890, ARGS=--no-browser)
	$(BIN)/jupyter lab $(AT_CHAPTER_1) $(if $(PORT),--port=$(PORT)) $(ARGS)

lint: .venv/.installed  ## check style, which way imports go, and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy

# The learner's own IPython and Jupyter settings stay out of the tests.
test notebooks benchmarks: export IPYTHONDIR := $(CURDIR)/.venv/ipython
test notebooks benchmarks: export JUPYTER_CONFIG_DIR := $(CURDIR)/.venv/jupyter/config
# The two workers have a core each.
test notebooks: export OMP_NUM_THREADS := 1
test notebooks benchmarks: export JUPYTER_DATA_DIR := $(CURDIR)/.venv/jupyter/data

test: lint .venv-site/.installed  ## style, unit tests, every chapter, browser tests
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder --nbval tests chapters $(ARGS)

notebooks: .venv/.installed  ## run every notebook and store it in its canonical form
	$(BIN)/python -m tools.notebooks $(ARGS)

images: .venv/.installed  ## make the pictures of the README and the chapters again
	$(BIN)/python -m tools.images $(ARGS)

# In an environment of its own: what JupyterLite adds to a JupyterLab is not for the course's.
.venv-site/.installed: tools/site/requirements.txt
	$(PYTHON) -m venv .venv-site
	.venv-site/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

site: .venv-site/.installed  ## build the course as a static site, _site (needs npm)
	.venv-site/bin/python -m tools.site $(ARGS)

benchmarks: .venv/.installed  ## measure what the performance figures claim
	set -e; for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m $$name $(ARGS); done

constraints:  ## resolve pyproject.toml afresh and write constraints.txt
	$(PYTHON) -m venv --clear .venv-constraints
	.venv-constraints/bin/python -m pip install --quiet torch==$(TORCH) -e .[dev]
	echo '# What the course was tested with. Made by `make constraints`; not edited by hand.' \
	  > .venv-constraints/header
	.venv-constraints/bin/python -m pip list --format=freeze --exclude pip --exclude-editable \
	  > .venv-constraints/packages
	sed 's/+.*//' .venv-constraints/header .venv-constraints/packages \
	  > .venv-constraints/constraints.txt
	mv .venv-constraints/constraints.txt constraints.txt
	rm -rf .venv-constraints

clean:  ## remove the environment, so that the next command makes it anew
	rm -rf .venv .venv-constraints .venv-site
