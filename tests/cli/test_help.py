"""Every command here says what it does with an example that the command line itself accepts."""

from __future__ import annotations

import re
import shlex
from importlib import import_module

import pytest
import typer

from cli.context import fresh_context
from cli.main import ALONE, GROUPS, main

OURS = [
    f"cli.{name}" for name in ("status", "cases", "inbox", "outbox", "people", "calendars", "audit", "doctor", "parse")
]
_EXAMPLE = re.compile(r"Example: ventanilla (.+)")


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
        assert inner.registered_callback is not None
        assert inner.registered_callback.callback is not None
        alone[str(group.name)] = inner.registered_callback.callback.__doc__
        alone |= {
            f"{group.name} {one.callback.__name__}": one.callback.__doc__
            for one in inner.registered_commands
            if one.callback
        }
    return {str(name): doc or "" for name, doc in alone.items()}


COMMANDS = [(name, doc) for module in OURS for name, doc in commands_of(module).items()]


def test_our_groups_are_all_of_the_command() -> None:
    assert set(OURS) <= set(GROUPS)
    assert all(command in commands_of(module) for command, module in ALONE.items())


@pytest.mark.parametrize(("command", "doc"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_a_command_has_an_example_of_itself(command: str, doc: str, capsys: pytest.CaptureFixture[str]) -> None:
    example = _EXAMPLE.search(doc)

    assert example is not None
    words = shlex.split(example[1])
    assert " ".join(words).startswith(command)
    with fresh_context():
        assert main([*command.split(), "--help"]) == 0
    assert "Example: ventanilla" in capsys.readouterr().out
    options = [word for word in words if word.startswith("--") and word not in ("--json", "--config")]
    assert [option for option in options if option not in _help_of(command, capsys)] == []


def _help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    with fresh_context():
        main([*command.split(), "--help"])
    return capsys.readouterr().out.partition("Options:")[2]
