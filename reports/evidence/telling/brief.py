"""The first sheet: the case in a few lines, then who, where, what about. Says only what the record has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import sqlalchemy as sa

from reports.evidence.gathering import Dossier
from reports.evidence.packed import Making
from reports.evidence.page import Block, Facts, Heading, Line
from reports.evidence.speaking import Speaker
from reports.evidence.telling.owners import who_did
from reports.evidence.telling.receipt import receipt_in_brief
from reports.evidence.telling.verdicts import Verdict, verdict
from ventanilla.words import CaseState, Metric


def tell_brief(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """What somebody with one minute must know."""
    document = dossier.document
    said = [message for message in document["messages"] if message["direction"] == "in"]
    ours = [message for message in document["messages"] if message["direction"] == "out"]
    rows = [(speaker.say("brief.first"), speaker.spelled(document["first_message_at"]))]
    rows += [(speaker.say("brief.receipt"), line) for line in receipt_in_brief(dossier, speaker)]
    rows += [(speaker.say("brief.answer"), _first_answer(dossier, speaker))]
    rows += [(speaker.say("brief.deadline"), deadline_in_brief(row, making, speaker)) for row in legal_clocks(dossier)]
    rows += [(speaker.say("brief.state"), _state(dossier, speaker))]
    rows += [(speaker.say("brief.count"), speaker.say("brief.counted", said=len(said), ours=len(ours)))]
    yield Heading(text=speaker.say("brief"), anchor="brief")
    yield Facts(rows=rows)


def tell_case(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """Who wrote, where, what about, whose it is."""
    case, document = dossier.case, dossier.document
    former = ", ".join(document["former_keys"])
    yield Heading(text=speaker.say("case"), anchor="case")
    yield Facts(
        rows=[
            (speaker.say("case.key"), dossier.key),
            *([(speaker.say("case.former"), former)] if former else []),
            (speaker.say("case.customer"), document["contact_name"] or speaker.say("none")),
            (speaker.say("case.addresses"), _addresses(document, speaker)),
            (speaker.say("case.channel"), _channels(dossier, making, speaker)),
            (speaker.say("case.subject"), document["subject"] or speaker.say("none")),
            (speaker.say("case.kind"), speaker.word("kind", case.kind)),
            (speaker.say("case.priority"), speaker.word("priority", case.priority)),
            (speaker.say("case.origin"), speaker.word("origin", case.origin)),
            (speaker.say("case.language"), case.language),
            (speaker.say("case.team"), case.team),
            (speaker.say("case.owner"), dossier.name_of(case.owner)),
            (speaker.say("case.opened"), speaker.both(case.created_at)),
        ]
    )
    for hold in dossier.holds:
        holds = hold.ended_at is None and (hold.until is None or hold.until > making.made_at)
        yield Line(text=_hold(hold, dossier, making, speaker), strong=holds)


def legal_clocks(dossier: Dossier) -> list[sa.Row[Any]]:
    """The clocks that the law set."""
    return [row for row in dossier.clocks if row.metric == Metric.LEGAL]


def deadline_in_brief(clock: sa.Row[Any], making: Making, speaker: Speaker) -> str:
    """When it was due and what became of it."""
    found = verdict(clock, making.made_at)
    if clock.due_at is None:
        return f"{clock.name}: {speaker.word('verdict', found)}"
    when = speaker.at(clock.stopped_at) if clock.stopped_at and found is not Verdict.OTHERWISE else ""
    said = speaker.say("brief.due", due=spoken_due(clock, speaker), verdict=speaker.word("verdict", found).upper())
    return f"{said}{' (' + when + ')' if when else ''} · {clock.name}"


def spoken_due(clock: sa.Row[Any], speaker: Speaker) -> str:
    """The last day where the term ends with a day, else the instant."""
    local = clock.due_at.astimezone(speaker.zone)
    if local.timetz().replace(tzinfo=None) != time():
        return speaker.spelled(clock.due_at)
    return speaker.say("law.whole_day", day=speaker.day((local - timedelta(days=1)).date()))


def _first_answer(dossier: Dossier, speaker: Speaker) -> str:
    first = next((row for row in dossier.clocks if row.metric == Metric.FIRST_RESPONSE), None)
    at = dossier.case.first_response_at
    if at is None:
        return speaker.say("brief.unanswered")
    said = speaker.spelled(at)
    if first is None or first.elapsed is None or first.stopped_at != at:
        return said
    after = speaker.length(first.elapsed)
    return f"{said}\n{speaker.say('brief.after', elapsed=after, business=speaker.length(first.business, days=False))}"


def _state(dossier: Dossier, speaker: Speaker) -> str:
    case = dossier.case
    state = speaker.word("state", case.state)
    if case.state in (CaseState.RESOLVED, CaseState.CLOSED) and case.resolved_at is not None:
        how = speaker.word("resolution", case.resolution)
        return f"{state}: {how}, {speaker.at(case.resolved_at)}"
    waits = f"; {speaker.say('brief.waits', since=speaker.at(case.waiting_since))}" if case.waiting_since else ""
    return f"{state}{waits}"


def _addresses(document: Any, speaker: Speaker) -> str:
    known = [
        f"{each['address']} ({speaker.word('address', each['kind'])})" for each in document["customer"]["addresses"]
    ]
    return "\n".join(known) or speaker.say("none")


def _channels(dossier: Dossier, making: Making, speaker: Speaker) -> str:
    """Every channel that something of it came by or went out by, its own first."""
    rows = [dossier.inputs.get(row.inbox_id) for row in dossier.message_rows]
    ways = [
        dossier.case.channel,
        *(row.channel for row in rows if row is not None),
        *(row.via for row in dossier.letters),
    ]
    settings = making.house.config.channels
    named = []
    for way in dict.fromkeys(ways):
        kind = speaker.word("channel", settings[way].kind) if way in settings else ""
        own = getattr(settings.get(way), "address", "")
        named.append(
            " ".join(part for part in (way, f"({', '.join(one for one in (kind, own) if one)})") if part != "()")
        )
    return "\n".join(named)


def _hold(hold: sa.Row[Any], dossier: Dossier, making: Making, speaker: Speaker) -> str:
    who = who_did(hold.set_by, dossier, speaker)
    reason = f": {hold.reason}" if making.with_notes else ""
    over = hold.ended_at or (hold.until if hold.until is not None and hold.until <= making.made_at else None)
    if over is not None:
        return speaker.say("hold.ended", who=who, since=speaker.at(hold.since), until=speaker.at(over)) + reason
    until = speaker.say("hold.until", until=speaker.at(hold.until)) if hold.until else speaker.say("hold.open")
    return speaker.say("hold", who=who, since=speaker.at(hold.since), until=until) + reason
