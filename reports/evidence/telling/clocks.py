"""Every clock of a case: what was promised, when it ran, how long it took by the wall and in hours, and whether it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from reports.evidence.gathering import Dossier
from reports.evidence.packed import Making
from reports.evidence.page import Block, Heading, Line, Table
from reports.evidence.speaking import Speaker
from reports.evidence.telling.verdicts import Verdict, verdict

_LOUD = (Verdict.BROKEN, Verdict.OVERDUE)


def tell_clocks(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """A row for each; or that none was kept."""
    yield Heading(text=speaker.say("clocks"), anchor="clocks")
    if not dossier.clocks:
        yield Line(text=speaker.say("clocks.none"))
        return
    yield Line(text=speaker.say("clocks.rule"), quiet=True)
    verdicts = [verdict(row, making.made_at) for row in dossier.clocks]
    rows = [_row(row, found, dossier, speaker) for row, found in zip(dossier.clocks, verdicts, strict=True)]
    loud = frozenset(number for number, found in enumerate(verdicts) if found in _LOUD)
    names = ("what", "ran", "promised", "took", "kept")
    yield Table(
        titles=[speaker.say(f"clocks.{name}") for name in names], rows=rows, widths=(2.8, 3.3, 3.3, 3.1, 2.6), loud=loud
    )


def _row(row: sa.Row[Any], found: Verdict, dossier: Dossier, speaker: Speaker) -> tuple[str, ...]:
    return (
        "\n".join(_what(row, dossier, speaker)),
        "\n".join(_ran(row, speaker)),
        "\n".join(_promised(row, speaker)),
        "\n".join(_took(row, speaker)),
        "\n".join(_kept(row, found, speaker)),
    )


def _what(row: sa.Row[Any], dossier: Dossier, speaker: Speaker) -> Iterator[str]:
    yield f"{speaker.word('metric', row.metric)} {row.number}"
    if row.name:
        yield row.name
    if row.agent:
        yield dossier.name_of(row.agent)
    if len(dossier.family) > 1:
        yield dossier.family[row.conversation_id]


def _ran(row: sa.Row[Any], speaker: Speaker) -> Iterator[str]:
    yield speaker.say("clocks.from", when=speaker.both(row.started_at))
    if row.stopped_at is not None:
        local, utc = speaker.at(row.stopped_at), speaker.utc(row.stopped_at)
        yield speaker.say("clocks.to", local=local, utc=utc, how=speaker.word("ended", row.ended))
    elif row.paused_since is not None:
        yield speaker.say("clocks.paused_since", when=speaker.at(row.paused_since))
    else:
        yield speaker.say("clocks.runs")


def _promised(row: sa.Row[Any], speaker: Speaker) -> Iterator[str]:
    if row.promise and row.within is not None:
        level = f" · {row.target} %" if row.target else ""
        yield f"{row.promise}: {speaker.length(row.within, days=False)}{level}"
    if row.due_at is not None:
        yield speaker.say("clocks.due", when=speaker.both(row.due_at))
    if row.within is None and row.due_at is None:
        yield speaker.say("none")
        return
    calendar = row.calendar or speaker.say("clocks.always")
    yield speaker.say("clocks.counted", calendar=calendar, version=row.config_version)


def _took(row: sa.Row[Any], speaker: Speaker) -> Iterator[str]:
    if row.elapsed is None:
        yield speaker.say("none")
        return
    yield speaker.say("clocks.elapsed", length=speaker.length(row.elapsed))
    yield speaker.say("clocks.business", length=speaker.length(row.business, days=False))
    if row.paused:
        yield speaker.say("clocks.paused", length=speaker.length(row.paused))


def _kept(row: sa.Row[Any], found: Verdict, speaker: Speaker) -> Iterator[str]:
    yield speaker.word("verdict", found)
    if row.warned_at:
        yield speaker.say("clocks.warned", when=speaker.at(row.warned_at))
    if row.breached_at:
        yield speaker.say("clocks.breached", when=speaker.at(row.breached_at))
