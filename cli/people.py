"""`agents`, `away`, `back`: who is there, until when, and what becomes of what they hold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from cli.printing import Times
    from config.schema import Config

_PRESENCE = {"on_duty": "on duty", "off_duty": "off duty", "away": "away", "left": "left"}
_Name = Annotated[str, typer.Argument(help="A person's name in the file.", metavar="A")]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(agents)
    app.command()(away)
    app.command()(back)


def agents() -> int:
    """List people: who is on duty and until when, how much each holds, who is away.

    Example: ventanilla agents
    """
    run = context()
    people = _people(run)
    if run.as_json:
        run.print_json(people)
    else:
        _print_people(run, people)
    return 0


def away(
    agent: _Name,
    from_: Annotated[str, typer.Option("--from", help='"now", 2026-12-01 or "2026-12-01 09:00".')] = "now",
    to: Annotated[str | None, typer.Option("--to", help="The last day, or the moment. Else: until `back`.")] = None,
    cover: Annotated[str | None, typer.Option("--cover", help="Who stands in for them.", metavar="B")] = None,
) -> int:
    """Say that somebody is away: they get nothing new, and what waits on them is handed over.

    Times are the house's.

    Example: ventanilla away ana --from 2026-12-01 --to 2026-12-05 --cover luis
    """
    from cli.cases import times_of
    from cli.names import known_agent
    from ventanilla.clocks.typed import read_end, read_start
    from ventanilla.store.agents import absences_of, add_absence

    run = context()
    times = times_of(run)
    start = max(read_start(from_, times.zone, now=times.now), times.now)
    end = None if to is None else read_end(to, times.zone, now=times.now)
    if end is not None and end <= start:
        raise BadInput(f"--to: expected a time after {times.at(start)}, got {times.at(end)}")
    with run.store.write() as connection:
        name = known_agent(connection, agent)
        stand_in = cover and known_agent(connection, cover)
        if stand_in == name:
            raise BadInput(f"--cover: {name} cannot stand in for themselves")
        known = absences_of(connection, [name], now=times.now)
        if not any(row.starts_at <= start and row.ends_at == end for row in known):  # said twice
            add_absence(connection, name, starts_at=start, ends_at=end, cover=stand_in or None, now=times.now)
    return _tell(run, name, times)


def back(agent: _Name) -> int:
    """Say that somebody is back: what keeps them away now ends, absences still to come stay.

    Example: ventanilla back ana
    """
    from cli.cases import times_of
    from cli.names import known_agent
    from ventanilla.store.agents import end_absences

    run = context()
    with run.store.write() as connection:
        name = known_agent(connection, agent)
        ended = end_absences(connection, name, now=run.now())
    return _tell(run, name, times_of(run), ended=ended)


def _people(run: Context) -> list[dict[str, Any]]:
    """Everybody, with presence worked out as of now."""
    from router.assigning.presence import keep_presence
    from ventanilla.store.agents import is_presence_due
    from ventanilla.store.events import Journal
    from ventanilla.store.views.people import list_agents

    now = run.now()
    with run.store.read() as connection:
        is_due = is_presence_due(connection, now=now)
    if is_due:
        keep_presence(run.store, run.house(), Journal(now=now, actor="cli"))
    from cli.linked import NONE, telegram_states

    with run.store.read() as connection:
        states = telegram_states(connection, run.glimpsed.config, now=now)
        return [one | {"telegram": states.get(one["name"], NONE)} for one in list_agents(connection, now=now)]


def _tell(run: Context, name: str, times: Times, *, ended: int | None = None) -> int:
    """Say how it stands now with one person."""
    person = next(one for one in _people(run) if one["name"] == name)
    if run.as_json:
        run.print_json(person)
        return 0
    from cli.printing import say

    if ended == 0:
        say(f"{person['display_name']} was not away")
    say(f"{person['display_name']} is {_PRESENCE[person['presence']]}{_until(person['until'], times)}")
    for absence in person["absences"]:
        say(f"  {_absence(absence, times)}")
    for line in _what_they_hold(person, run.glimpsed.config):
        say(f"  {line}")
    return 0


def _what_they_hold(person: dict[str, Any], config: Config) -> list[str]:
    from cli.printing import plural

    if not person["open"] or not person["absences"]:
        return []
    return [
        f"they hold {plural(person['open'], 'open case')}, of which {person['waiting']:,} wait on us",
        f"what waits on us goes {_to_whom(person, config)}; what waits on a customer moves when that customer writes",
    ]


def _to_whom(person: dict[str, Any], config: Config) -> str:
    from config.durations import format_duration

    cover = person["absences"][0]["cover"]
    if cover:
        return f"to {cover} when they leave"
    graces = [format_duration(config.teams[name].away_grace) for name in person["teams"] if name in config.teams]
    return "to whoever is there" + (f", {' or '.join(dict.fromkeys(graces))} after they leave" if graces else "")


def _until(moment: datetime | None, times: Times) -> str:
    return f" until {times.at(moment)}" if moment else ""


def _absence(absence: dict[str, Any], times: Times) -> str:
    end = f"until {times.at(absence['to'])}" if absence["to"] else "until `ventanilla back`"
    cover = f", {absence['cover']} stands in" if absence["cover"] else ""
    return f"away from {times.at(absence['from'])} {end}{cover}"


def _print_people(run: Context, people: list[dict[str, Any]]) -> None:
    from cli.cases import times_of
    from cli.printing import print_table, say

    if not people:
        say("nobody is known yet: `ventanilla up` (or `reload`) puts the file's people in force")
        return
    times = times_of(run)
    print_table(
        ("agent", "name", "presence", "until", "open", "waiting", "capacity", "telegram", "teams", "absences"),
        [
            (
                one["name"],
                one["display_name"],
                _PRESENCE[one["presence"]],
                times.at(one["until"]),
                one["open"],
                one["waiting"],
                one["capacity"],
                "-" if one["telegram"] == "none" else one["telegram"],
                ", ".join(one["teams"]) or "-",
                "; ".join(_absence(absence, times) for absence in one["absences"]) or "-",
            )
            for one in people
        ],
        right=("open", "waiting", "capacity"),
        folds=("name", "teams", "absences"),
    )
