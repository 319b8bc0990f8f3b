"""What must not stand in a file that is handed on: one machine's paths, a registry's hosts, half-finished marks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.rules.source import ROOT

# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "a registry's host": r"(pypi|python" + r"hosted|npm" + r"js)\.(org|com)|(?<!no-emit-)index" + r"-url",
    "another machine's path": r"(?<![\w.-])/(ro" + r"ot|Us" + r"ers|wo" + r"rk)/",
    "a mark of unfinished work": r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImplemented" + r"Error",
    "a conflict's mark": r"^(<{7}|>{7}) ",
}
TEXT = {".py", ".md", ".toml", ".sh", ".sql", ".lock", ".yml", ".yaml", ".cfg", ".txt", ".service", ""}
# Mails as they were sent, and what they should become, say what they say.
SPARED = ("tests/email_reading/",)


def tracked() -> list[Path]:
    """The files of the repository; where there is none (an unpacked archive), all that could be one."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        names = done.stdout.decode().split("\0")[:-1]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    hidden = {".venv", ".git", "var", "dist", "build", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_has_in_it(what: str) -> None:
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in TEXT or name.startswith(SPARED):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if re.search(FORBIDDEN[what], line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")

    assert found == []


def test_nothing_large_is_handed_on() -> None:
    large = [path.relative_to(ROOT).as_posix() for path in tracked() if path.stat().st_size > 1_000_000]

    assert large == []


def test_shell_scripts_are_strict() -> None:
    scripts = [path for path in tracked() if path.read_bytes()[:2] == b"#!"]
    loose = [path.name for path in scripts if not re.search(rb"^set -[a-z]*u", path.read_bytes(), re.MULTILINE)]

    assert scripts
    assert loose == []
