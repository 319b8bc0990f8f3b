#!/bin/sh
# Makes .venv hold exactly what a lock file names. Called by make: environment.sh run|test [PYTHON]
# Works where ensurepip is missing (Debian without python3-venv): the environment is made without pip, and filled from outside.
set -eu

goal=$1
wanted=${2:-}
venv=.venv
case $goal in
run) lock=requirements.lock ;;
test) lock=requirements-dev.lock ;;
esac

say() { printf '%s\n' "$*" >&2; }
fits() { [ "$("$1" -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null)" = True ]; }
works() { [ -x "$venv/bin/python" ] && fits "$venv/bin/python"; }

find_python() {
    if [ -n "$wanted" ]; then
        fits "$wanted" && printf '%s\n' "$wanted" && return
        say "PYTHON=$wanted: expected Python 3.11 or newer, found $("$wanted" --version 2>/dev/null || echo nothing that runs)"
        exit 2
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        fits "$candidate" && printf '%s\n' "$candidate" && return
    done
    say "Python 3.11 or newer is needed; python3 is $(python3 --version 2>/dev/null || echo missing)."
    say "Install one, or name it: make $goal PYTHON=/path/to/python3.11"
    exit 2
}

# How to call a pip that installs into .venv: from outside (pip 22.3 and newer), else one of the environment's own.
find_pip() {
    if "$python" -m pip --python "$venv/bin/python" --version >/dev/null 2>&1; then
        pip="$python -m pip --python $venv/bin/python"
    elif "$venv/bin/python" -m ensurepip >/dev/null 2>&1 || "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        pip="$venv/bin/python -m pip"
    else
        say "$python has no pip that can be used (found: $("$python" -m pip --version 2>&1 | tail -n 1))."
        say "pip 22.3 or newer is needed, or the module ensurepip. On Debian: apt-get install python3-pip"
        exit 2
    fi
}

install() {
    $pip install --quiet --no-input --disable-pip-version-check --no-warn-script-location --progress-bar off "$@"
}

python=$(find_python)
if ! works; then
    say "Making $venv with $("$python" --version 2>&1) ..."
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv"
fi
rm -f "$venv/ready-to-run" "$venv/ready-to-test"
find_pip

say "Installing $(grep -c '==' "$lock") packages from $lock (about a minute the first time) ..."
install --require-hashes --prefer-binary -r "$lock"

if [ "$goal" = test ]; then
    install --no-deps --no-build-isolation --editable .
    touch "$venv/ready-to-test"
else # nothing is built: the checkout itself is on the environment's path, and the command is a script of three lines
    "$venv/bin/python" - <<'PY'
import sysconfig
from pathlib import Path

Path(sysconfig.get_path("purelib"), "ventanilla-checkout.pth").write_text(f"{Path.cwd()}\n", encoding="utf-8")
PY
    printf '#!%s/bin/python -P\nfrom cli.main import run\nrun()\n' "$PWD/$venv" >"$venv/bin/ventanilla"
    chmod +x "$venv/bin/ventanilla"
fi
touch "$venv/ready-to-run"
say "Ready."
