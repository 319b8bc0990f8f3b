"""The audit of what we depend on says ok only where every package was looked up, and fails where something is known against one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.rules.source import ROOT

FINE = {"name": "h11", "version": "0.16.0", "vulns": []}
UNKNOWN = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (15.0)"}
KNOWN = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [
        {"id": "PYSEC-2019-217", "aliases": ["CVE-2016-10745"], "fix_versions": ["2.8.1"], "description": "sandbox"}
    ],
}


def audited(folder: Path, told: str, *, code: int = 0, ignored: str | None = None) -> tuple[int, str]:
    """What audit.py makes of a pip-audit that says this."""
    program = folder / "pip-audit"
    (folder / "told").write_text(told)
    program.write_text(f"#!/bin/sh\ncat '{folder / 'told'}'\necho 'Found something' >&2\nexit {code}\n")
    program.chmod(0o755)
    script = folder / "audit.py"
    script.write_text((ROOT / "tools" / "audit.py").read_text(encoding="utf-8"))
    if ignored is not None:
        (folder / "audit-ignored.txt").write_text(ignored)
    done = subprocess.run(
        [sys.executable, script, program, "a.lock"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([FINE], 0, "no known vulnerability in 1 packages"),
        ([FINE, UNKNOWN], 3, "its service knows nothing of 1 of 2 packages (rich)"),
        ([FINE, UNKNOWN, KNOWN], 1, "jinja2 2.4.1: PYSEC-2019-217, CVE-2016-10745; mended in 2.8.1"),
        ([], 3, "could not ask its service"),
    ],
    ids=["fine", "not looked up", "known", "nothing"],
)
def test_what_pip_audit_tells_is_judged(tmp_path: Path, packages: list[Any], code: int, said: str) -> None:
    told = json.dumps({"dependencies": packages, "fixes": []})

    ended, text = audited(tmp_path, told, code=int(code == 1))

    assert ended == code
    assert said in text


@pytest.mark.parametrize("told", ["", "Traceback: no network\n", "[]"])
def test_a_service_out_of_reach_is_never_taken_for_well(tmp_path: Path, told: str) -> None:
    assert audited(tmp_path, told, code=1) == (3, "could not ask its service\n")


def test_what_does_not_concern_us_is_passed_over_by_its_id(tmp_path: Path) -> None:
    told = json.dumps({"dependencies": [KNOWN]})

    assert audited(tmp_path, told, code=1, ignored="# why\nCVE-2016-10745 no sandbox is used\n")[0] == 0


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([KNOWN], 1, "not clean: known vulnerabilities in dependencies"),
        ([UNKNOWN], 0, "all checks passed; dependencies were NOT all audited"),
        ([FINE], 0, "all checks passed\n"),
    ],
    ids=["known", "not looked up", "fine"],
)
def test_make_check_fails_for_what_is_known_and_says_what_it_could_not_ask(
    tmp_path: Path, packages: list[Any], code: int, said: str
) -> None:
    told = json.dumps({"dependencies": packages})
    commands = {
        "ruff": "exit 0",
        "mypy": "exit 0",
        "python": f'[ "$1" = -m ] && exit 0\nexec {sys.executable} "$@"',
        "pip-audit": f"cat <<'END'\n{told}\nEND\nexit {code}",
    }
    for name, does in commands.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)

    asked = ["sh", "tools/check.sh", str(tmp_path / "python")]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout
