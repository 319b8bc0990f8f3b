#!/bin/sh
# What must hold besides the tests: one line a check, all of them run, exit 1 when any failed. Called by `make check`.
set -u

bin=$(dirname "$1")
failed=""
audit=""

check() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %s\n' "$name"
    else
        printf 'FAILED  %s\n%s\n' "$name" "$output"
        failed="$failed, $name"
    fi
}

check "ruff: lint" "$bin/ruff" check --quiet .
check "ruff: format" "$bin/ruff" format --check --quiet .
check "mypy --strict" "$bin/mypy"
check "rooms, docs, packaging" "$bin/python" -m pytest -q -p no:cacheprovider tests/rules tests/docs

# Advice only: where its service is out of reach, or has news that is no fault of this change, the check still passes.
if advice=$(timeout 60 "$bin/pip-audit" --requirement requirements.lock --require-hashes --disable-pip --progress-spinner off 2>&1); then
    printf 'ok      pip-audit: no known vulnerability\n'
elif printf '%s' "$advice" | grep -q 'known vulnerabilit'; then
    printf 'note    pip-audit:\n%s\n' "$advice"
    audit="; KNOWN VULNERABILITIES in dependencies, see above"
else
    printf 'note    pip-audit could not ask its service\n'
    audit="; dependencies were NOT audited: pip-audit could not ask its service"
fi

[ -z "$failed" ] || { printf '\nnot clean: %s\n' "${failed#, }"; exit 1; }
printf '\nall checks passed%s\n' "$audit"
