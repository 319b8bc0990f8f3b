"""The town of the commands' tests: on SQLite, and where the engine matters on both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.town import Town, build_town
from ventanilla.store.engine import Store

Ask = Callable[..., Any]
Read = Callable[..., str]


@pytest.fixture
def town(sqlite_store: Store, tmp_path: Path) -> Town:
    return build_town(sqlite_store, tmp_path)


@pytest.fixture
def either_town(store: Store, tmp_path: Path) -> Town:
    return build_town(store, tmp_path)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with --json behind it; return its document, which must be all that is on standard output."""

    def run(town: Town, *arguments: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert town.run(*arguments, "--json") == code
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def read(capsys: pytest.CaptureFixture[str]) -> Read:
    """Run a command; return what it says on standard output or, when it fails, on standard error."""

    def run(town: Town, *arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        found = town.run(*arguments)
        said = capsys.readouterr()
        assert found == code, said.out + said.err
        return said.err if code > 1 else said.out

    return run
