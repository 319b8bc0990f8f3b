"""`report`: response times for a period, on the terminal, as JSON, CSV, a workbook or a page. Works out no figure itself."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from cli.context import Context, context
from ventanilla.errors import BadInput
from ventanilla.words import Kind

if TYPE_CHECKING:
    from reports.figures import Report
    from reports.wanted import Wanted
    from router.house import House

ALONE = ""
"""The value of an option that was given without a file."""
STDOUT = "-"
_FILES = ("--csv", "--xlsx", "--html")
_STEP = 5000


class FileOrNone(TyperCommand):
    """A command whose options for files may stand without one: `--csv` alone."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As ever, but `--csv` before another option or at the end means `--csv=`."""
        given = []
        for number, word in enumerate(args):
            following = args[number + 1] if number + 1 < len(args) else "--"
            alone = word in _FILES and following.startswith("-") and following != STDOUT
            given.append(f"{word}={ALONE}" if alone else word)
        return super().parse_args(ctx, given)


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command(cls=FileOrNone)(report)


def report(
    from_: Annotated[
        str | None,
        typer.Option("--from", help="First day, or a period: yesterday, last-month, 2026-W47, 2026-11.", metavar="D"),
    ] = None,
    to: Annotated[str | None, typer.Option(help="Last day, included; the same words.", metavar="D")] = None,
    by: Annotated[
        str | None,
        typer.Option(help="channel, team, agent, kind, day, hour, priority, promise or weekday.", metavar="WHAT"),
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Only what came in on this channel.", metavar="C")] = None,
    team: Annotated[str | None, typer.Option(help="Only this team's.", metavar="T")] = None,
    agent: Annotated[str | None, typer.Option(help="Only what is credited to this person.", metavar="A")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only cases of this kind.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be repeated.", metavar="M")] = None,
    by_end: Annotated[
        bool, typer.Option("--by-end", help="Count what ended in the period instead of what began in it.")
    ] = False,
    reopened_within: Annotated[
        str | None, typer.Option(help="What counts as reopened, instead of the teams' own: 7d.", metavar="TIME")
    ] = None,
    csv: Annotated[
        str | None, typer.Option(help="Comma-separated values, into FILE or to standard output.", metavar="[FILE]")
    ] = None,
    excel_es: Annotated[
        bool,
        typer.Option("--excel-es", help="CSV as Excel with Spanish settings reads it: semicolons, decimal commas."),
    ] = False,
    xlsx: Annotated[str | None, typer.Option(help="A workbook, into FILE.", metavar="[FILE]")] = None,
    html: Annotated[str | None, typer.Option(help="One page that opens offline, into FILE.", metavar="[FILE]")] = None,
    as_: Annotated[
        str | None, typer.Option("--as", help="As this person may see it. Default: as whoever runs it.", metavar="A")
    ] = None,
) -> int:
    """Response times of a period: by default of the last 30 days, today included.

    Each time twice, elapsed and in opening hours, with what is still open, what ended otherwise and the period before. Who was
    never answered counts as late, never as nothing. Percentiles are by nearest rank, from each single time.

    Example: ventanilla report --from last-month --by team
    """
    from config.durations import parse_duration
    from reports.period import read_period
    from reports.wanted import METRICS, By, Named, Wanted

    run = context()
    now, house = run.now(), run.house()
    days = read_period(from_, to, today=house.today(now))
    pictures = html is not None or xlsx is not None
    wanted = Wanted(
        start=days.start,
        end=days.end,
        by=None if by is None else By(_one_of("--by", by, list(By))),
        channel=channel,
        team=team,
        agent=agent,
        kind=kind,
        metrics=tuple(Named(_one_of("--metric", each, list(Named))) for each in metric or ()) or METRICS,
        by_end=by_end,
        pictures=pictures,
        reopened_within=None if reopened_within is None else _duration(parse_duration, reopened_within),
    )
    _check_names(run, wanted, as_)
    _check_outputs(run, csv=csv, excel_es=excel_es, xlsx=xlsx, html=html)
    asked = _ask(run, house, wanted, now=now, seen_by=as_)
    if csv is None and excel_es:
        csv = ALONE
    _give(run, house, asked, csv=csv, excel_es=excel_es, xlsx=xlsx, html=html, now=now)
    return 0


def _one_of(option: str, typed: str, there: list[Any]) -> str:
    from config.plain import nearest

    word = typed.strip().lower().replace("-", "_")
    names = [str(each) for each in there]
    if word in names:
        return word
    meant = nearest(word, names, quote=chr(34))
    raise BadInput(f'{option}: expected {", ".join(names)}; got "{typed}"' + (meant if "did you mean" in meant else ""))


def _duration(parse: Any, typed: str) -> Any:
    try:
        return parse(typed)
    except ValueError as error:
        raise BadInput(f"--reopened-within: {error}") from None


def _check_outputs(run: Context, *, csv: str | None, excel_es: bool, xlsx: str | None, html: str | None) -> None:
    """Standard output takes one document."""
    files = {"--csv": ALONE if csv is None and excel_es else csv, "--xlsx": xlsx, "--html": html}
    there = [name for name, file in files.items() if file == STDOUT or (file == ALONE and not sys.stdout.isatty())]
    both = [*there, *(["--json"] if run.as_json and there else [])]
    if len(both) > 1:
        raise BadInput(f"{' and '.join(both)} both want standard output; name a file: {both[0]} FILE")


def _check_names(run: Context, wanted: Wanted, as_: str | None) -> None:
    """Names as they are or were, so that a report can look back at a channel or a person that has gone."""
    import sqlalchemy as sa

    from cli.names import known, known_channel
    from ventanilla.store.tables import agents, teams

    with run.store.read() as connection:
        if wanted.channel is not None:
            known_channel(connection, wanted.channel)
        if wanted.team is not None:
            known("team", wanted.team, connection.scalars(sa.select(teams.c.name)))
        for name in {wanted.agent, as_} - {None}:
            known("agent", str(name), connection.scalars(sa.select(agents.c.name)))


def _ask(run: Context, house: House, wanted: Wanted, *, now: datetime, seen_by: str | None) -> Report:
    """The figures, once the books are up to date."""
    from reports.asking import make_report
    from router.timekeeping.keeper import catch_up

    while catch_up(run.store, house, now=now, limit=_STEP) >= _STEP:
        pass
    return make_report(run.store, house, wanted, now=now, seen_by=seen_by)


def _give(
    run: Context,
    house: House,
    asked: Report,
    *,
    csv: str | None,
    excel_es: bool,
    xlsx: str | None,
    html: str | None,
    now: datetime,
) -> None:
    written: list[str] = []
    if csv is not None:
        from reports.csv import render_csv

        written += _write(csv or STDOUT, render_csv(asked, excel_es=excel_es).encode(), asked, "csv")
    if xlsx is not None:
        from reports.sheet import render_sheet

        content = render_sheet([asked], house, _language(house), now=now)
        written += _write(xlsx, content, asked, "xlsx")
    if html is not None:
        from reports.page import render_page
        from ventanilla.store.seals import head

        with run.store.read() as connection:
            seal = head(connection)
        page = render_page(asked, house, _language(house), now=now, seal=seal)
        written += _write(html, page.encode(), asked, "html")
    if run.as_json:
        from reports.rows import rows_of

        run.print_json(rows_of(asked))
    elif csv is None and xlsx is None and html is None:
        _print(asked)
    elif written:
        typer.echo("wrote " + ", ".join(written), err=True)


def _language(house: House) -> Any:
    return "en" if house.config.service.language == "en" else "es"


def _write(file: str, content: bytes, asked: Report, ending: str) -> list[str]:
    """Into the file; without a name into one named after the period, or to standard output where that is no terminal."""
    if file == STDOUT or (file == ALONE and not sys.stdout.isatty()):
        _to_standard_output(content)
        return []
    path = Path(file or f"report-{asked.start}-{asked.end}.{ending}")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {error.strerror or error}") from None
    return [str(path)]


def _to_standard_output(content: bytes) -> None:
    """As it is: line ends and marks are the file's own."""
    sys.stdout.flush()
    out = getattr(sys.stdout, "buffer", None)
    if out is None:
        sys.stdout.write(content.decode())
        return
    out.write(content)
    out.flush()


def _print(asked: Report) -> None:
    from cli.printing import print_table, say
    from reports.asking import NOW_ONLY
    from reports.table import RIGHT, SLOW_RIGHT, SLOW_TITLES, TITLES, beside, groups, slow_rows, title

    say(title(asked) + "\n")
    if not any(figure.count or figure.still_open or figure.otherwise for figure in asked.figures):
        say(
            "nothing was timed in these days; `--from` and `--to` name others, `ventanilla status` says what has come in"
        )
        return
    if all(figure.metric in NOW_ONLY for figure in asked.figures if figure.count or figure.still_open):
        say("nothing was timed in these days; what is open is shown as it stands now\n")
    for group, rows in groups(asked):
        if group:
            say(group)
        print_table(TITLES, rows, right=RIGHT, indent=2 if group else 0)
        say()
    for line in beside(asked):
        say(line)
    if asked.worst:
        say("\nwaited longest for one answer:")
        print_table(SLOW_TITLES, slow_rows(asked), right=SLOW_RIGHT, indent=2)
