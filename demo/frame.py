"""The whole screen as lines of an exact width: what comes in, who holds what, who waits, counts. Pure; reads no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from demo.cells import Cell, clock, fitted, line, rule
from demo.feed import WIDE, on_screen
from demo.panels import agent_lines, count_lines, waiting_lines
from demo.snapshot import Snapshot
from demo.words import Words

QUIET_AFTER = 10.0
_LEAST_FEED = 3
_LEAST_FOR_DESK = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What stays the same while the demo runs. `closer` is the command to look closer with; {key} is a case. `desk` says
    where the pages are, where there are any."""

    house: str
    zone: tzinfo
    words: Words
    closer: str
    desk: str = ""


def frame(snapshot: Snapshot, stage: Stage, *, width: int, height: int, note: str = "") -> list[Text]:
    """`height` lines of `width` columns. `note` takes the place of the last line's command."""
    width, words = max(40, width), stage.words
    foot = [*_desk(stage, width, height), *_troubles(snapshot, width), *_footer(snapshot, stage, width, note)]
    counts = count_lines(snapshot, width, words)
    room = height - 1 - len(foot) - len(counts) - 3
    people = _people(snapshot, words, width, rows=min(_lower_rows(snapshot, height), max(1, room - _LEAST_FEED)))
    feed = _feed(snapshot, stage, width, rows=max(0, room - len(people) + 1))
    lines = [_header(snapshot, stage, width), *feed, *people, rule(words("counts"), width), *counts, *foot]
    for each in lines:
        each.truncate(width, overflow="crop", pad=True)
    return lines[:height]


def _header(snapshot: Snapshot, stage: Stage, width: int) -> Text:
    words = stage.words
    health = _health(snapshot, words, width)
    elapsed = clock((snapshot.now - snapshot.began).total_seconds())
    right = f"{elapsed} · {health[0]} "
    name = fitted(f" Ventanilla · {stage.house}, {words('title')}", width - cell_len(right) - 1)
    made = Text(f"{name} ", style="bold reverse", no_wrap=True, overflow="crop", end="")
    made.append(right, style=f"{health[1]} reverse")
    return made


def _health(snapshot: Snapshot, words: Words, width: int) -> tuple[str, str]:
    for channel in snapshot.channels:
        if channel.problem:
            return "● " + words("channel_bad", name=channel.name, problem=channel.problem[:30]), "bold red"
        if channel.last_pull_at is None:
            return "○ " + words("starting"), "bold"
        quiet = (snapshot.now - channel.last_pull_at).total_seconds()
        if quiet > QUIET_AFTER:
            return "● " + words("channel_quiet", name=channel.name, ago=clock(quiet)), "bold yellow"
    names = [channel.name for channel in snapshot.channels]
    if width < WIDE and len(names) > 1:
        return "● " + words("channels_fine", count=len(names)), "bold green"
    return "● " + words("channel_fine", name=", ".join(names)), "bold green"


def _feed(snapshot: Snapshot, stage: Stage, width: int, *, rows: int) -> list[Text]:
    words = stage.words
    told = list(snapshot.happenings)[-rows:] if rows else []
    made = [on_screen(each, width, words, stage.zone) for each in told]
    if not made and rows:
        made = [line([Cell(words("nothing"), width, "dim")])]
    blank = Text(" " * width, end="")
    return [rule(words("feed"), width), *made, *(blank for _ in range(rows - len(made)))]


def _people(snapshot: Snapshot, words: Words, width: int, *, rows: int) -> list[Text]:
    left = 40 if width >= WIDE else 28
    right = width - left - 3
    agents = agent_lines(snapshot, left, words)[: rows + 1]
    waiting = waiting_lines(snapshot, right, words, rows=rows)
    blanks = Text(" " * left, end=""), Text(" " * right, end="")
    made = []
    for agent, waits in zip_longest(agents, waiting):
        both = Text(no_wrap=True, overflow="crop", end="")
        both.append_text(agent or blanks[0]).append(" │ ", style="dim").append_text(waits or blanks[1])
        made.append(both)
    return made


def _lower_rows(snapshot: Snapshot, height: int) -> int:
    return max(len(snapshot.agents), (height - 12) // 3)


def _troubles(snapshot: Snapshot, width: int) -> list[Text]:
    return [line([Cell(f"! {trouble}", width, "bold red")]) for trouble in snapshot.troubles[-2:]]


def _desk(stage: Stage, width: int, height: int) -> list[Text]:
    """A link that is cut off is of no use, and a small screen is for what happens."""
    if not stage.desk or cell_len(stage.desk) + 1 > width or height < _LEAST_FOR_DESK:
        return []
    return [line([Cell(f" {stage.desk}", width, "bold")])]


def _footer(snapshot: Snapshot, stage: Stage, width: int, note: str) -> Sequence[Text]:
    if note:
        return [line([Cell(f" {note}", width, "bold reverse")])]
    key = snapshot.waiting[0].case if snapshot.waiting else ""
    command = stage.closer.format(key=key) if key else ""
    lead = stage.words("closer") if key else ""
    if cell_len(lead) + cell_len(command) + 2 <= width:
        parts = [f" {lead} {command}" if key else ""]
    else:  # a command that is cut off is of no use
        parts = [f" {command}"[start : start + width] for start in range(0, len(command) + 1, width)]
    return [Text(fitted(part, width), style="reverse", no_wrap=True, overflow="crop", end="") for part in parts]
