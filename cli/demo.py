"""`demo`: a sample town whose customers write and call, providers' servers on this machine, and the whole service, shown live."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from cli.context import context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from cli.town import Evening, Town
    from demo.show import View
    from demo.words import Words

LOG = "demo.log"
SEED = 2
SHORT = 40.0


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(demo)


def demo(
    for_: Annotated[
        str | None, typer.Option("--for", help="Stop by itself after this long, such as 60s or 10m.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The language of the screen: es or en. Default: the locale's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number makes another day.")] = SEED,
) -> int:
    """Show the road live: customers of a sample town write, each case gets one owner. Nothing leaves this machine.

    Needs no settings and asks nothing. Exit 0 when all that was put in is in the ledger once and the audit holds, else 1.

    Example: ventanilla demo --for 60s
    """
    from demo.words import LANGUAGES, Words, language_of

    started, duration = monotonic(), _seconds(for_)
    if language not in (None, *LANGUAGES):
        raise BadInput(f'--language: expected {" or ".join(LANGUAGES)}, got "{language}"')
    words = Words(language or language_of())

    from demo.backstage import backstage
    from demo.day import closing_time
    from demo.folder import fresh_folder
    from ventanilla.logs import set_up_logs

    with fresh_folder() as folder:
        log = folder / LOG
        with backstage(log) as terminal:
            from cli.town import found_town, live

            set_up_logs(form="json")
            is_short = duration is not None and duration < SHORT
            has_desk = not context().as_json  # a program looks at no pages
            town = found_town(folder, log, language=words.language, is_short=is_short, has_desk=has_desk)
            with closing(_view(town, words, terminal)) as view:
                evening = live(
                    town,
                    view,
                    until=lambda opened: closing_time(started=started, opened=opened, duration=duration),
                    seed=seed,
                    closing_note=words("closing"),
                )
        code = _tell(town, evening, words)
        town.store.close()
        return code


def _view(town: Town, words: Words, terminal: TextIO) -> View:
    from demo.frame import Stage
    from demo.show import Nothing, view_for

    if context().as_json:
        return Nothing()
    closer = _command("show {key}", town)
    desk = words("desk", link=town.desk_link)
    stage = Stage(house=town.loaded.config.service.name, zone=town.zone, words=words, closer=closer, desk=desk)
    view = view_for(terminal, stage)
    view.greet(words("at", data=_shown(town.data_dir), log=_shown(town.log)))
    view.greet(words("desk_soon", link=town.desk_link))
    view.greet(words("desk_agent", command=_command("desk invite ana", town)))
    return view


def _tell(town: Town, evening: Evening, words: Words) -> int:
    """Print how it went; return the exit code."""
    from demo.panels import screened_in_words
    from demo.summary import as_document, folded, problems, summary

    outcome = evening.outcome
    reasons = problems(
        outcome,
        words,
        is_drained=evening.is_drained,
        is_interrupted=evening.is_interrupted,
        trouble=evening.trouble,
    )
    code = 1 if reasons else 0
    if context().as_json:
        document = as_document(outcome, reasons=reasons, data_dir=str(town.data_dir.resolve()))
        context().print_json(document)
        return code
    lines = summary(
        outcome,
        words,
        reasons=reasons,
        screened=screened_in_words(evening.snapshot, words),
        warnings=evening.snapshot.troubles,
        commands=_next_commands(town, outcome.keys, outcome.complaint),
        desk=_to_the_desk(town, words),
        places={"data": _shown(town.data_dir), "log": _shown(town.log)},
    )
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    with suppress(OSError):  # whoever read it is gone
        typer.echo("\n" + "\n".join(folded(lines, width)))
    return code


def _next_commands(town: Town, keys: Sequence[str], complaint: str) -> list[str]:
    key = keys[0] if keys else "KEY"
    tried = [f"show {key}", f"explain {key}", "contacts suggestions", "inbox --state screened", "report"]
    if complaint:  # whose deadline is the law's
        tried += [f"show {complaint}", f"evidence {complaint}"]
    return [_command(words, town) for words in tried]


def _to_the_desk(town: Town, words: Words) -> list[str]:
    """How to see the day at the desk when the town has gone to sleep: by the web process alone."""
    return [
        words("desk_again"),
        f"  {_command('desk', town)}",
        f"  {town.desk_link}",
        f"  {_command('desk invite ana', town)}",
    ]


def _command(words: str, town: Town) -> str:
    """A command line that works in this folder."""
    return f"{_program()} {words} --config {_shown(town.run.config_path)}"


def _program() -> str:
    """A way to call this program again, as short as it goes: by its name, by its path, by the interpreter that runs us."""
    script = Path(sys.executable).with_name("ventanilla")
    found = shutil.which("ventanilla")
    if found is not None and Path(found).resolve() == script.resolve():
        return "ventanilla"
    return _shown(script) if script.exists() else f"{_shown(Path(sys.executable))} -m cli"


def _shown(path: Path) -> str:
    """The path from this folder if it lies in it, else whole."""
    absolute = Path(os.path.abspath(path))
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    from config.durations import parse_duration

    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise BadInput(f"--for: {error}") from None
    return duration.total_seconds()
