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

# A known vulnerability fails the check. What could not be looked up does not: that is no fault of a change, and is said.
advice=$("$bin/python" tools/audit.py "$bin/pip-audit" requirements.lock 2>&1)
case $? in
0) printf 'ok      pip-audit: %s\n' "$advice" ;;
3)
    printf 'note    pip-audit: %s\n' "$advice"
    audit="; dependencies were NOT all audited: $advice"
    ;;
*)
    printf 'FAILED  pip-audit\n%s\n' "$advice"
    failed="$failed, known vulnerabilities in dependencies"
    ;;
esac

[ -z "$failed" ] || { printf '\nnot clean: %s\n' "${failed#, }"; exit 1; }
printf '\nall checks passed%s\n' "$audit"
