"""Who you are, who there is, which channels, which saved answers; figures and how things stand. Changes nothing but presence that
is due and books that are behind."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from desk.api.call import Call
from desk.api.describing import look
from desk.api.documents.house import AgentList, ChannelList, FigureList, Me, SavedAnswerList, Status, TeamList
from desk.api.problems import away
from desk.api.reading.cases import Name
from desk.api.routing import Caller, Operation
from desk.entry.person import Right
from reports.asking import make_report
from reports.period import read_period
from reports.rows import rows_of
from reports.wanted import METRICS, By, Named, Wanted
from router.assigning.presence import keep_presence
from router.timekeeping.keeper import catch_up
from ventanilla.standing import agent_now, channel_now, line_now, machine, times_by_channel, times_told
from ventanilla.store.agents import is_presence_due
from ventanilla.store.events import Journal
from ventanilla.store.glance import glance
from ventanilla.store.revision import newest_revision
from ventanilla.store.saved_answers import usable_answers
from ventanilla.store.views.people import list_agents
from ventanilla.words import DeliveryState, FileState, InboxState, Kind, LookedAt

router = APIRouter(tags=["house"], route_class=Operation)
_STEP = 5000
_LOAD = ("open", "waiting", "capacity")


@look(router, "/me", Me, right=None)
def me(call: Caller) -> Response:
    """Who you are here, and what you may do."""
    person = call.person
    token = None
    if person.token_id is not None:
        token = {"id": person.token_id, "scopes": sorted(person.scopes or ())}
    return call.answer(
        {
            "agent": person.agent,
            "name": person.name,
            "role": person.role,
            "teams": sorted(person.teams),
            "language": person.language,
            "rights": [right for right in Right if person.has(right)],
            "token": token,
        }
    )


@look(router, "/agents", AgentList)
def agents(call: Caller) -> Response:
    """Everybody: who is there, until when, who stands in. How much each holds is for whoever oversees, and one's own."""
    return call.answer({"items": people(call)})


def people(call: Call) -> list[dict[str, Any]]:
    """The same as documents, with presence worked out as of now."""
    store, now = call.desk.store, call.now
    with store.read() as connection:
        is_due = is_presence_due(connection, now=now)
    if is_due:
        keep_presence(store, call.desk.house, Journal(now=now, actor=call.person.agent))
    with store.read() as connection:
        found = list_agents(connection, now=now)
    if call.person.has(Right.OVERSEE):
        return found
    hidden: dict[str, Any] = dict.fromkeys(_LOAD)
    return [one if one["name"] == call.person.agent else one | hidden for one in found]


@look(router, "/teams", TeamList)
def teams(call: Caller) -> Response:
    """Every team of the file, and who is in it."""
    return call.answer(
        {
            "items": [
                {"name": name, "members": list(team.members), "duty": list(team.duty)}
                for name, team in call.desk.config.teams.items()
            ]
        }
    )


@look(router, "/channels", ChannelList)
def channels(call: Caller) -> Response:
    """Every channel of the file."""
    return call.answer(
        {
            "items": [
                {"name": name, "kind": one.kind, "mode": one.mode, "team": one.team}
                for name, one in call.desk.config.channels.items()
            ]
        }
    )


@look(router, "/answers", SavedAnswerList)
def answers(
    call: Caller, language: Annotated[str | None, Query(description="Only in this one.", max_length=20)] = None
) -> Response:
    """The saved answers that you may use: your own, your teams', everybody's."""
    with call.desk.store.read() as connection:
        found = usable_answers(connection, agent=call.person.agent, teams=call.person.teams, language=language)
    return call.answer({"items": found})


@look(router, "/report", FigureList)
def report(
    call: Caller,
    from_: Annotated[
        str | None,
        Query(alias="from", description="A first day, or a period: yesterday, last-month, 2026-W47.", max_length=20),
    ] = None,
    to: Annotated[str | None, Query(description="A last day, included.", max_length=20)] = None,
    by: By | None = None,
    channel: Name = None,
    team: Name = None,
    agent: Name = None,
    kind: Kind | None = None,
    metric: Annotated[list[Named] | None, Query(description="Only these.", max_length=20)] = None,
    by_end: Annotated[bool, Query(description="Count what ended in the period, not what began.")] = False,
) -> Response:
    """Response times of a period, as `report --json`: by default of the last 30 days. Figures of a person are for that person and
    for whoever oversees."""
    desk, now = call.desk, call.now
    days = read_period(from_, to, today=desk.house.today(now))
    wanted = Wanted(
        start=days.start,
        end=days.end,
        by=by,
        channel=channel,
        team=team,
        agent=agent,
        kind=kind,
        metrics=tuple(dict.fromkeys(metric)) if metric else METRICS,
        by_end=by_end,
    )
    while catch_up(desk.store, desk.house, now=now, limit=_STEP) >= _STEP:
        pass
    made = make_report(desk.store, desk.house, wanted, now=now, seen_by=call.person.agent)
    call.looked(LookedAt.REPORT, detail={"from": days.start.isoformat(), "to": days.end.isoformat()})
    return call.answer({"items": rows_of(made)})


@look(router, "/status", Status, right=Right.OVERSEE)
def status(call: Caller) -> Response:
    """How the house stands: channels, what waits, who holds what, whether the machine keeps up."""
    desk, now = call.desk, call.now
    url = desk.store.engine.url.render_as_string(hide_password=False)
    seen = glance(url, now=now, revision=newest_revision())
    if seen is None:
        raise away("the store is of another version", after=30)
    times = times_by_channel(seen)
    fares = [channel_now(row, now) | {"times": times_told(times.get(row["name"]))} for row in seen.channels]
    return call.answer(
        {
            "service": desk.config.service.name,
            "config": {
                "version": seen.config["id"] if seen.config else None,
                "applied_at": seen.config["applied_at"] if seen.config else None,
            },
            "channels": fares,
            "inbox": {state.value: seen.inbox.get(state, 0) for state in InboxState},
            "outbox": {state.value: seen.outbox.get(state, 0) for state in DeliveryState},
            "held_by_brake": seen.held_by_brake,
            "files": {state.value: seen.files.get(state, 0) for state in (FileState.PENDING, FileState.FAILED)},
            "refused_calls": list(seen.refused_calls),
            "open": seen.open,
            "waiting": seen.waiting,
            "line": [line_now(row) for row in seen.line],
            "agents": [agent_now(row, seen, now) for row in seen.agents],
            "machine": machine(fares, times),
        }
    )
