# Everything sets itself up: nothing is needed but Python >= 3.11, pip and make.
SHELL := /bin/sh
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$each >/dev/null 2>&1 && $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; \
	done)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# A set PYTHONDONTWRITEBYTECODE makes each of the service's processes compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help run test check bench lock clean
.DEFAULT_GOAL := help

help: ## What can be made.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1  \t\2/'

run: $(VENV)/.run ## The demo town, live. ARGS="--for 60s" ends by itself.
	@$(BIN)/python -P -m cli demo $(ARGS)

test: $(VENV)/.dev ## The whole test suite, on real servers. ARGS="-k word" picks some.
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q $(ARGS)

check: $(VENV)/.dev ## Style, types, import rules, packaging: what guards main besides the tests.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/rules --override-ini addopts= -p no:cacheprovider

bench: $(VENV)/.dev ## How fast it is, as ratios in one run.
	@$(BIN)/python -m bench $(ARGS)

lock: pyproject.toml ## Write both lock files anew (needs uv).
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra demo pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra demo --group dev pyproject.toml -o requirements-dev.lock

clean: ## Remove the environment and what the demo left.
	rm -rf $(VENV) var/demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one with PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv --without-pip $(VENV)

# pip from outside installs into the environment, so that a Python without ensurepip will do as well.
define install
	@echo "Installing what $(1) pins (half a minute, once) …"
	@$(PYTHON) -m pip --python $(BIN)/python install -q --require-hashes --prefer-binary -r $(1)
	@$(BIN)/python -c 'import pathlib, sysconfig; \
		pathlib.Path(sysconfig.get_path("purelib"), "ventanilla-checkout.pth").write_text(str(pathlib.Path.cwd()) + "\n")'
	@printf '#!%s/$(BIN)/python\nfrom cli.main import run\nrun()\n' "$$PWD" > $(BIN)/ventanilla && chmod +x $(BIN)/ventanilla
	@touch $@
endef

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	$(call install,requirements.lock)

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(call install,requirements-dev.lock)
	@$(PYTHON) -m pip --python $(BIN)/python install -q --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/lib/python*/site-packages/ventanilla-checkout.pth
	@touch $(VENV)/.run
