# The commands of this project. Nothing needs to be installed but Python 3.11 or newer, its pip, and make.
#
#   make run                     the demo town: mail, chat and calls come in and go to people, live on the screen
#   make run ARGS="--for 60s"    the same for a minute
#   make test                    the suite; ARGS go to pytest
#   make faults                  everything of docs/faults.md, tried at length: kill -9, cut lines, full disks; ends with a report
#   make slow                    what takes long and tries no fault: compose walked, an upgrade while running, the API sent everything
#   make check                   what must hold besides: style, types, rooms, docs, the wheel
#   make bench                   how fast it is
#   make lock                    writes the three lock files afresh (needs uv)
#   make clean                   removes the environment and what tests leave
#
# PYTHON=/path/to/python chooses the interpreter.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=
# Set, it would make each process of the service compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test faults slow check bench lock clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '3,11p'

run: $(VENV)/ready-to-run
	@exec $(PY) -m cli demo $(ARGS)

test: $(VENV)/ready-to-test
	@exec $(PY) -m pytest -n 3 --dist loadgroup -m "not faults and not slow" $(ARGS)

faults: $(VENV)/ready-to-test
	@exec $(PY) -m pytest -n 8 --dist loadgroup -m "faults or fault" -p tests.faults.order -p tests.faults.report $(ARGS)

slow: $(VENV)/ready-to-test
	@exec $(PY) -m pytest -n 3 --dist loadgroup -m slow $(ARGS)

check: $(VENV)/ready-to-test
	@exec sh tools/check.sh $(PY)

bench: $(VENV)/ready-to-test
	@exec $(PY) -m bench $(ARGS)

lock:
	@exec sh tools/lock.sh $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build

# Each stamp says that the environment holds exactly what its lock names. The one for tests holds both.
$(VENV)/ready-to-run: requirements.lock tools/environment.sh
	@sh tools/environment.sh run "$(PYTHON)"

$(VENV)/ready-to-test: requirements-dev.lock requirements.lock pyproject.toml tools/environment.sh
	@sh tools/environment.sh test "$(PYTHON)"
