"""The parts of the screen below the feed: people with their load, customers who wait, counts. Pure."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from demo.cells import Cell, clock, fitted, line, rule
from demo.feed import WIDE
from demo.snapshot import AgentNow, Snapshot, Waiting, middle
from demo.words import Words

LONGEST_BAR = 10
_WAYS = (
    ("way:mail", ("email",)),
    ("way:telegram", ("telegram",)),
    ("way:whatsapp", ("whatsapp",)),
    ("way:sms", ("sms", "mms")),
    ("way:calls", ("call", "voicemail")),
)
_NAME = 8


def agent_lines(snapshot: Snapshot, width: int, words: Words) -> list[Text]:
    """A title and a line for each person: presence, a bar of what they hold against their capacity."""
    return [rule(words("agents"), width), *(_agent(agent, width, words) for agent in snapshot.agents)]


def _agent(agent: AgentNow, width: int, words: Words) -> Text:
    bar_width = min(width - _NAME - 9, 20 if width >= 36 else LONGEST_BAR)
    made = Text(no_wrap=True, overflow="crop", end="")
    made.append("● " if agent.on_duty else "○ ", style="green" if agent.on_duty else "dim")
    made.append(fitted(agent.name, _NAME), style="bold" if agent.on_duty else "dim")
    if agent.on_duty or agent.load:
        made.append_text(_bar(agent, bar_width))
        full = agent.load >= agent.capacity
        made.append(f" {agent.load}/{agent.capacity}", style="bold red" if full and agent.on_duty else "dim")
    else:
        made.append(words("away"), style="dim")
    made.append(" " * max(0, width - made.cell_len))
    made.truncate(width)
    return made


def _bar(agent: AgentNow, width: int) -> Text:
    """Filled for what is theirs, shaded for what they only hold in line, dotted for the room that is left."""
    scale = width / max(LONGEST_BAR, agent.capacity, agent.load)
    cells = [round(scale * count) for count in (agent.load - agent.in_line, agent.load, agent.capacity)]
    own, held, room = max(0, cells[0]), max(0, cells[1] - cells[0]), max(0, cells[2] - cells[1])
    bar = Text("█" * own, style="green" if agent.on_duty else "dim")
    bar.append("▒" * held, style="yellow").append("·" * room, style="dim")
    bar.append(" " * (width - own - held - room))
    return bar


def waiting_lines(snapshot: Snapshot, width: int, words: Words, *, rows: int) -> list[Text]:
    """A title and a line for each customer who waits: those in line first, oldest first, each with its times running."""
    title = words("line", count=snapshot.line) if snapshot.line else words("no_line")
    columns = (fitted(words("waits"), 7, right=True), fitted(words("left_over"), 6, right=True))
    head = rule(
        title,
        width,
        style="bold yellow" if snapshot.line else "bold cyan",
        right=" ".join((*columns, fitted(words("has"), 7))),
    )
    made = [_waiting(each, snapshot.now, width) for each in snapshot.waiting[:rows]]
    if not made:
        made = [line([Cell(words("none_waits"), width, "dim")])]
    return [head, *made]


def _waiting(waiting: Waiting, now: datetime, width: int) -> Text:
    left = (waiting.due_at - now).total_seconds() if waiting.due_at else None
    due = "" if left is None else clock(left) if left >= 0 else f"-{clock(-left)}"
    style = "yellow" if waiting.in_line else "dim"
    late = "bold red" if left is not None and left < 0 else "bold yellow" if left is not None and left < 30 else style
    names = width - 11 - 7 - 6 - 7 - 4
    who_width = names if names < 36 else 18
    return line(
        [
            Cell(waiting.case, 11, "bold" if waiting.in_line else "dim"),
            Cell(waiting.who, who_width, style),
            Cell(waiting.subject, names - who_width - 1, style),
            Cell(clock((now - waiting.since).total_seconds()), 7, style, right=True),
            Cell(due, 6, late, right=True),
            Cell(waiting.owner, 7, style),
        ]
    )


def count_lines(snapshot: Snapshot, width: int, words: Words) -> list[Text]:
    """What the ledger, the cases and the outbox come to, and how long it took."""
    inbox = snapshot.inbox
    came_in = words(
        "in",
        got=snapshot.came_in,
        sent=snapshot.posted,
        routed=inbox.get("routed", 0),
        duplicate=inbox.get("duplicate", 0),
        quarantined=inbox.get("quarantined", 0),
    )
    out = [
        words.count("cases", snapshot.cases),
        words.count("notices", snapshot.sent.get("notice", 0)),
        words.count("receipts", snapshot.sent.get("acknowledgement", 0)),
        words("on_their_way", count=snapshot.on_their_way),
    ]
    texts = [
        came_in,
        _by_medium(snapshot, words, width),
        screened_in_words(snapshot, words),
        " · ".join(out),
        _delays(snapshot, words, width),
    ]
    return [line([Cell(text, width)]) for text in texts]


def _by_medium(snapshot: Snapshot, words: Words, width: int) -> str:
    """How messages came, and what the chat and the telephone brought besides."""
    counted = [(name, sum(snapshot.media.get(each, 0) for each in media)) for name, media in _WAYS]
    parts = [f"{words(name)} {count}" for name, count in counted if count]
    if snapshot.files:
        parts.append(words.count("files", snapshot.files))
    if snapshot.linked and width >= WIDE:
        parts.append(words("linked_people", count=snapshot.linked))
    return " · ".join(parts)


def screened_in_words(snapshot: Snapshot, words: Words) -> str:
    """How many were screened, and as what."""
    if not snapshot.screened:
        return words("no_aside")
    ordered = sorted(snapshot.screened.items(), key=lambda item: (-item[1], item[0]))
    verdicts = " · ".join(f"{words(verdict)} {count}" for verdict, count in ordered)
    return words("aside", count=sum(snapshot.screened.values()), verdicts=verdicts)


def _delays(snapshot: Snapshot, words: Words, width: int) -> str:
    if not snapshot.delays:
        return ""
    return words(
        "delays" if width >= WIDE else "short:delays",
        middle=words.number(middle(snapshot.delays)),
        most=words.number(max(snapshot.delays)),
        own=words.number(middle(snapshot.own_delays)),
    )
