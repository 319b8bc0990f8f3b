"""The README's commands, run as they stand there, from the first to the last, in a house that has had customers."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from cli.context import fresh_context
from cli.main import main
from tests.cli.town import build_town
from tests.rules.source import ROOT
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ventanilla +(.*)$", README, re.MULTILINE)
# No mailbox answers here: what asks it has to say so, by its exit code too.
EXIT = {"check --connect": 3, "reconcile": 3}


def test_the_readme_names_the_two_commands_that_a_bare_clone_needs_first() -> None:
    blocks = re.findall(r"```shell\n(.*?)```", README, re.DOTALL)

    assert [block.strip() for block in blocks[:2]] == ["make run", "make test"]


def test_every_command_of_the_readme_runs(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town = build_town(sqlite_store, tmp_path)
    town.write("eva@example.org")
    town.write("news@example.org", verdict="list", reason="list: List-Id")
    with sqlite_store.read() as connection:
        key = str(connection.scalar(sa.select(conversations.c.key)))
    (tmp_path / "empty").mkdir()
    (tmp_path / "secret").chmod(0o600)

    for line in COMMANDS:
        words = [key if re.fullmatch(r"(\w{3}-){2}\w{3}", word) else word for word in shlex.split(line, comments=True)]
        monkeypatch.chdir(tmp_path / "empty" if words[0] == "init" else tmp_path)
        code = _run_for_a_moment() if words[0] == "up" else _run(words)
        assert code == EXIT.get(" ".join(words), 0), f"ventanilla {line}\n{capsys.readouterr()}"

    assert {"init", "check --connect", "up", "status", "audit"} <= {
        " ".join(shlex.split(line, True)) for line in COMMANDS
    }


def _run(words: list[str]) -> int:
    with fresh_context():
        return main(words)


def _run_for_a_moment() -> int:
    return subprocess.run(
        [sys.executable, "-m", "cli", "up", "--for", "2s"], capture_output=True, check=False
    ).returncode
