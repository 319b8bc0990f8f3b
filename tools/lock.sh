#!/bin/sh
# Writes the three lock files afresh from pyproject.toml, keeping pins that still fit. `make lock ARGS=--upgrade` raises them all.
set -eu

uv=$(command -v uv || true)
[ -n "$uv" ] || [ ! -x .venv/bin/uv ] || uv=.venv/bin/uv
if [ -z "$uv" ]; then
    echo "uv is needed to write the locks: pipx install uv" >&2
    exit 2
fi

compile() {
    "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --extra demo "$@"
}

compile "$@" -o requirements.lock
compile "$@" --group dev --constraint requirements.lock -o requirements-dev.lock
# What builds the wheel: the same pins, and nothing else.
grep -oE "^hatchling==[^ ]+" requirements-dev.lock | "$uv" pip compile - --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate --constraint requirements-dev.lock -o requirements-build.lock
echo "wrote requirements.lock, requirements-dev.lock and requirements-build.lock"
