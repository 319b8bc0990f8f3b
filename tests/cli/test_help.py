"""Every command here says what it does with an example that the command line itself accepts."""

from __future__ import annotations

import errno
import os
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
import typer

from cli.context import fresh_context
from cli.groups import GROUPS
from cli.main import command_line, main

_EXAMPLE = re.compile(r"^ *(?:Examples?: )?(?:sudo )?ventanilla (.+)$", re.MULTILINE)


def commands_of(module: str) -> dict[str, str]:
    """What each command of a group says about itself, by the words that call it."""
    app = typer.Typer()
    import_module(module).add_to(app)
    alone = {
        (one.name or one.callback.__name__): one.callback.__doc__ for one in app.registered_commands if one.callback
    }
    for group in app.registered_groups:
        inner = group.typer_instance
        assert inner is not None
        if inner.registered_callback is not None and inner.info.invoke_without_command:  # else it only holds others
            assert inner.registered_callback.callback is not None
            alone[str(group.name)] = inner.registered_callback.callback.__doc__
        alone |= {
            f"{group.name} {one.name or one.callback.__name__}": one.callback.__doc__
            for one in inner.registered_commands
            if one.callback
        }
    return {str(name).replace("_", "-"): doc or "" for name, doc in alone.items()}


COMMANDS = [(name, doc) for module in GROUPS for name, doc in commands_of(module).items()]


@pytest.mark.parametrize("module", GROUPS)
def test_a_command_is_found_where_it_is_said_to_be(module: str) -> None:
    assert set(command_line((module,)).commands) == set(GROUPS[module])


@pytest.mark.parametrize("words", [["--help"], ["--help", "show"], ["-h", "status"], []])
def test_help_lists_every_command_whatever_stands_behind_it(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with fresh_context():
        main(words)
    said = "".join(capsys.readouterr())
    listed = re.findall(r"^  ([a-z-]+)  ", said.partition("Commands:")[2], re.MULTILINE)
    assert sorted(listed) == sorted(command for commands in GROUPS.values() for command in commands)


def test_a_command_that_there_is_not_is_told_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with fresh_context():
        assert main(["conversation"]) == 2
    assert "'conversations'" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "doc"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_a_command_has_an_example_of_itself(command: str, doc: str, capsys: pytest.CaptureFixture[str]) -> None:
    example = _EXAMPLE.search(doc)

    assert example is not None
    words = shlex.split(example[1])
    assert " ".join(words).startswith(command)
    with fresh_context():
        assert main([*command.split(), "--help"]) == 0
    said, _, offered = capsys.readouterr().out.partition("Options:")
    assert re.search(r"Examples?:", said)
    options = [word for word in words if word.startswith("--") and word not in ("--json", "--config")]
    assert [option for option in options if option not in offered] == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_place_that_cannot_be_written_to_is_said_in_words(
    code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code), "/backups/monday.tar")

    monkeypatch.setattr(Path, "write_text", refuse)
    with fresh_context():
        assert main(["--config", str(tmp_path / "ventanilla.toml"), "init"]) == 3

    assert capsys.readouterr().err == f"/backups/monday.tar: {os.strerror(code)}\n"
