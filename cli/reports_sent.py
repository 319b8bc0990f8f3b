"""`reports`, `reports send`: which reports go out by themselves, when and to whom; and one of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from config.reports import ReportSettings
    from reports.making import Made
    from reports.schedule import Occasion

_Name = Annotated[str, typer.Argument(help="A report's `name` in the file.", metavar="NAME")]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True)(reports)
    group.command()(send)
    app.add_typer(group, name="reports")


def reports(called: typer.Context) -> int:
    """List the reports that are sent by themselves: what each covers, when it goes next, to whom, and what went last.

    `reports send` writes one at once.

    Example: ventanilla reports
    """
    if called.invoked_subcommand is not None:
        return 0
    run = context()
    listed = [_told(run, settings) for settings in run.glimpsed.config.reports]
    if run.as_json:
        run.print_json(listed)
    else:
        _print(run, listed)
    return 0


def send(
    name: _Name,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the letter and write its files here; send nothing.")
    ] = False,
) -> int:
    """Write a report of [[reports]] for its latest period into the outbox, if it was not written for that period yet.

    With `--dry-run` the letter is printed and its files are written into the folder that the command is run in.

    Example: ventanilla reports send direccion --dry-run
    """
    from reports.making import make
    from reports.schedule import latest
    from reports.sending import write_report, written_at

    run = context()
    settings = _known(run, name)
    house = run.house()
    occasion = latest(settings, house.zone(), now=run.now())
    if dry_run:
        return _show(run, make(run.store, house, settings, occasion, now=run.now()), settings)
    with run.store.read() as connection:
        already = written_at(connection, settings, occasion)
    written = 0 if already else write_report(run.store, house, settings, occasion, now=run.now())
    if run.as_json:
        run.print_json(
            {"report": name, "period": occasion.name, "letters": written, "written_at": already or run.now()}
        )
        return 0
    from cli.cases import times_of
    from cli.printing import plural, say

    if already:
        say(
            f"{name} was written for {occasion.name} on {times_of(run).at(already)}; `ventanilla outbox --kind digest` shows it"
        )
    else:
        say(
            f"{name} for {occasion.name}: {plural(written, 'letter')} in the outbox; `ventanilla outbox --kind digest` shows them"
        )
    return 0


def _known(run: Context, name: str) -> ReportSettings:
    from cli.names import known

    listed = {one.name: one for one in run.glimpsed.config.reports}
    if not listed:
        raise BadInput("the file has no [[reports]]; docs/sent-reports.md shows one")
    return listed[known("report", name, listed)]


def _told(run: Context, settings: ReportSettings) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    from reports.schedule import following, latest
    from reports.sending import written_at

    zone = ZoneInfo(run.glimpsed.config.service.timezone)
    coming, last = (each(settings, zone, now=run.now()) for each in (following, latest))
    with run.store.read() as connection:
        written = written_at(connection, settings, last)
    return {
        "name": settings.name,
        "every": settings.every,
        "at": settings.at,
        "to": list(settings.to),
        "by": list(settings.by),
        "formats": list(settings.formats),
        "next_at": coming.due_at,
        "next_period": _days(coming),
        "last_period": _days(last),
        "last_written_at": written,
    }


def _days(occasion: Occasion) -> dict[str, str]:
    start, end = occasion.period
    return {"name": occasion.name, "from": start.isoformat(), "to": end.isoformat()}


def _print(run: Context, listed: list[dict[str, Any]]) -> None:
    from cli.cases import times_of
    from cli.printing import print_table, say

    if not listed:
        say("no report is sent by itself: [[reports]] in the file has one sent (docs/sent-reports.md)")
        return
    times = times_of(run)
    print_table(
        ("report", "every", "next", "covers", "last covered", "written", "to"),
        [
            (
                one["name"],
                one["every"],
                times.at(one["next_at"]),
                one["next_period"]["name"],
                one["last_period"]["name"],
                times.at(one["last_written_at"]),
                ", ".join(one["to"]),
            )
            for one in listed
        ],
        folds=("to",),
    )


def _show(run: Context, made: Made, settings: ReportSettings) -> int:
    from pathlib import Path

    paths = [Path(file.filename) for file in made.files]
    if standing := [path.name for path in paths if path.exists()]:
        raise BadInput(f"{', '.join(standing)}: already there; move it away, or run the command in another folder")
    for path, file in zip(paths, made.files, strict=True):
        _write(path, file.content)
    if run.as_json:
        files = [str(path) for path in paths]
        run.print_json({"to": list(settings.to), "subject": made.subject, "text": made.text, "files": files})
        return 0
    from cli.printing import say

    say(f"To: {', '.join(settings.to)}\nSubject: {made.subject}\n\n{made.text.rstrip()}\n")
    say(f"nothing was sent; written here: {', '.join(path.name for path in paths)}")
    return 0


def _write(path: Path, content: bytes) -> None:
    """For whoever runs the command alone: a report may name our people."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)
