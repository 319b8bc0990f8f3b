"""What the screen shows, as plain values: what came in, who holds what, who waits, how the parts fare. Knows no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    """What happened."""

    NEW_CASE = "new_case"
    CONTINUED = "continued"
    SCREENED = "screened"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    HANDED_ON = "handed_on"
    ANSWERED = "answered"
    WARNED = "warned"  # a promise to a customer is soon due
    LATE = "late"  # a promise to a customer was broken
    EDITED = "edited"
    SUGGESTED = "suggested"  # two customers may be one person
    LINKED = "linked"  # somebody of the shop has proven their Telegram account
    CAME = "came"
    LEFT = "left"


MESSAGES = (What.NEW_CASE, What.CONTINUED, What.EDITED, What.SCREENED, What.DUPLICATE, What.QUARANTINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the day. `reason` is a code: of an assignment, a verdict, or none. `file` is an
    attachment's name."""

    at: datetime
    what: What
    channel: str = ""
    medium: str = ""
    who: str = ""
    subject: str = ""
    owner: str = ""
    before: str = ""
    reason: str = ""
    case: str = ""
    file: str = ""
    in_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNow:
    """A person of the shop at this moment."""

    name: str
    load: int
    capacity: int
    on_duty: bool
    in_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A customer who waits on us. `in_line`: nobody can take the case yet, `owner` only holds it."""

    case: str
    who: str
    subject: str
    owner: str
    since: datetime
    due_at: datetime | None
    in_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNow:
    """How a channel fares. `problem` is what paused it, "" when nothing did."""

    name: str
    last_pull_at: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One look at everything.

    `inbox` counts by state, `screened` by verdict, `media` messages by medium, `sent` letters that have gone out by kind. `files`
    were fetched from a provider, `linked` people have proven a Telegram account. `delays` are seconds from a message's arrival at
    its server to its having an owner, `own_delays` those from the commit into the inbox. `troubles` are lines for a person.
    """

    now: datetime
    began: datetime
    posted: int
    happenings: Sequence[Happening] = ()
    agents: Sequence[AgentNow] = ()
    waiting: Sequence[Waiting] = ()
    line: int = 0
    cases: int = 0
    inbox: Mapping[str, int] = field(default_factory=dict)
    screened: Mapping[str, int] = field(default_factory=dict)
    media: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    linked: int = 0
    sent: Mapping[str, int] = field(default_factory=dict)
    on_their_way: int = 0
    delays: Sequence[float] = ()
    own_delays: Sequence[float] = ()
    channels: Sequence[ChannelNow] = ()
    troubles: Sequence[str] = ()

    @property
    def came_in(self) -> int:
        """How many items the ledger holds."""
        return sum(self.inbox.values())


def middle(values: Sequence[float]) -> float:
    """The median, of an even number the lower of the two; 0 for none."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else 0.0
