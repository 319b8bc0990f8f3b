"""The command's frame: global options before or after the command, errors in plain words, exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.main
from typer.exceptions import TyperException

from cli.context import context
from cli.groups import modules_for
from ventanilla import __version__
from ventanilla.errors import BadInput, ConfigError, Conflict, Permanent, Temporary, Unreachable

_VALUED, _FLAGS = ("--config",), ("--json",)
_HELP = ("-h", "--help", "--version")
_IN_THE_WAY = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
"""What is wrong with a place to write to, and no defect: a full disk, one that is read only, missing rights."""
BROKEN = 70
"""The exit code of a crash (EX_SOFTWARE of sysexits.h): nobody takes it for a finding, bad input or a server out of reach."""
READ_BY_OTHERS = ("init",)
"""Commands whose files another user may have to read: settings. What the others write may hold customers' words."""


@cache
def command_line(modules: tuple[str, ...]) -> Any:
    """The command with what these modules add to it; built once a process, however many commands that runs."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="One window for every customer: mail, chat and phone into one queue, one responsible person per case.",
        epilog="Start here: `ventanilla init`, then `ventanilla check --connect`, then `ventanilla up`.",
    )
    app.callback()(options)
    for module in modules:
        import_module(module).add_to(app)
    return typer.main.get_command(app)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"ventanilla {__version__}")
        raise typer.Exit


def options(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", help="The settings file. Default: $VENTANILLA_CONFIG, else ventanilla.toml.", metavar="FILE"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    if config is not None:
        context().config_path = config
    context().as_json = as_json


def main(arguments: Sequence[str]) -> int:
    """Run one command; return the exit code: 0 done, 1 found what it looks for, 2 bad input, 3 out of reach."""
    words = options_first(arguments)
    try:
        result = command_line(modules_for(_command(words)))(args=words, prog_name="ventanilla", standalone_mode=False)
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.Abort:
        return _fail("stopped; nothing was changed", 2)
    except TyperException as error:
        return _usage(error)
    except (ConfigError, BadInput, Conflict) as error:
        return _fail(str(error), 2)
    except (Unreachable, Temporary) as error:
        return _fail(str(error), 3)
    except Permanent as error:
        return _fail(f"{error}\n{error.cure}".strip(), 3)
    except OSError as error:
        if error.errno not in _IN_THE_WAY:
            raise
        return _fail(f"{error.filename or 'what was to be written'}: {error.strerror}", 3)
    return result if isinstance(result, int) else 0


def _command(words: Sequence[str]) -> str | None:
    """The first word that is neither a global option nor the value of one (they stand in front); None where help is asked for."""
    pending = list(words)
    while pending:
        word = pending.pop(0)
        if word in _VALUED:
            del pending[:1]
        elif word in _HELP:
            return None
        elif not word.startswith("-"):
            return word
    return None


def options_first(arguments: Sequence[str]) -> list[str]:
    """Move --config and --json, wherever they stand before a lone `--`, to the front."""
    first: list[str] = []
    rest: list[str] = []
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        if word == "--":
            return [*first, *rest, word, *pending]
        if word in _FLAGS or word.startswith(tuple(f"{name}=" for name in _VALUED)):
            first.append(word)
        elif word in _VALUED:
            first += [word, *([pending.pop(0)] if pending else [])]
        else:
            rest.append(word)
    return first + rest


def run() -> None:
    """The console script."""
    if _command(options_first(sys.argv[1:])) not in READ_BY_OTHERS:
        os.umask(0o077)
    _leave_no_core()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # odd bytes in a file's name, or a terminal with few letters, end no command
            stream.reconfigure(errors="backslashreplace")
    context().writes_logs = True
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader (head, less) has what it wanted
        sys.stderr.close()
        code = 0
    except Exception as error:
        code = _broken(error)
    sys.exit(code)


def _leave_no_core() -> None:
    """A process that crashes writes its memory nowhere: customers' words and secrets are in it. Inherited by what it starts."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _usage(error: TyperException) -> int:
    show = getattr(error, "show", None)  # usage errors print their usage line and the nearest command
    if show is None:
        return _fail(error.format_message(), 2)
    show()
    return 2


def _broken(error: Exception) -> int:
    """What nobody foresaw, in few lines: a whole trace quotes rows of the store, and what customers wrote is in them."""
    from ventanilla.logs import brief

    return _fail(f"a mistake of this program, not yours; please report it, with these lines:\n{brief(error)}", BROKEN)


def _fail(message: str, code: int) -> int:
    from cli.printing import readable

    typer.echo(readable(message), err=True)  # it may quote a server, or a file that somebody else wrote
    return code
