"""People, teams, channels, saved answers, figures and how things stand, as `agents`, `report` and `status --json` have them."""

from __future__ import annotations

from pydantic import Field

from desk.api.documents.base import Document, Free, Instant
from desk.entry.person import Right, Scope
from ventanilla.words import Mode, Role


class Absence(Document):
    """When somebody is away."""

    from_: Instant = Field(alias="from")
    to: Instant | None
    """Null: until they come back."""
    cover: str | None
    """Who stands in for them."""


class Agent(Document):
    """One of us. How much others hold is told to whoever oversees, and null for the others."""

    name: str
    display_name: str
    presence: str
    """`on_duty`, `off_duty`, `away` or `left`."""
    since: Instant | None
    until: Instant | None
    open: int | None
    """How many cases they answer for."""
    waiting: int | None
    """How many of these wait on us."""
    capacity: int | None
    teams: list[str]
    absences: list[Absence]


class AgentList(Document):
    """Everybody, by name."""

    items: list[Agent]


class Team(Document):
    """A team of the file."""

    name: str
    members: list[str]
    duty: list[str]
    """Who holds what nobody else can take: the first of them who is there."""


class TeamList(Document):
    """Every team."""

    items: list[Team]


class Channel(Document):
    """A way by which customers write."""

    name: str
    kind: str
    mode: Mode
    """How far it goes: `observe`, `internal` or `live`."""
    team: str


class ChannelList(Document):
    """Every channel of the file."""

    items: list[Channel]


class SavedAnswer(Document):
    """An answer kept for use. In its text `{customer}`, `{key}`, `{agent}` and `{service}` stand for what they say."""

    id: int
    name: str
    language: str
    text: str
    agent: str | None
    """Whose own it is; null: not one person's."""
    team: str | None
    """Of which team alone."""
    made_by: str
    created_at: Instant
    changed_at: Instant
    used: int


class SavedAnswerList(Document):
    """The saved answers that you may use."""

    items: list[SavedAnswer]


class TokenTold(Document):
    """The token by which you came."""

    id: int
    scopes: list[Scope]


class Me(Document):
    """Who you are here, and what you may do."""

    agent: str
    name: str
    role: Role
    teams: list[str]
    language: str
    rights: list[Right]
    token: TokenTold | None


class ChannelNow(Document):
    """How a channel fares."""

    name: str
    kind: str
    mode: Mode
    restored: bool
    state: str
    """`ok`, `never_pulled`, `failing` or `paused`."""
    last_pull_at: Instant | None
    last_pull_seconds: float | None
    last_item_at: Instant | None
    quiet_since: Instant | None
    pending: int
    lag_seconds: float
    problem: str | None
    problem_part: str | None
    cure: str | None
    failures: int
    retry_at: Instant | None
    times: Free
    """The machine's own times of the last hour."""


class LineNow(Document):
    """What waits in a team's line for somebody who can take it."""

    team: str
    cases: int
    nearest_due_at: Instant | None
    waiting_since: Instant | None


class AgentNow(Document):
    """Whether somebody is there, and what they hold."""

    name: str
    display_name: str
    presence: str
    since: Instant | None
    until: Instant | None
    open: int
    waiting: int
    capacity: int


class ConfigNow(Document):
    """The version of the file that is in force."""

    version: int | None
    applied_at: Instant | None


class Status(Document):
    """How the house stands at this moment."""

    service: str
    config: ConfigNow
    channels: list[ChannelNow]
    inbox: dict[str, int]
    """How many raw items are in which state."""
    outbox: dict[str, int]
    """How many letters are in which state."""
    held_by_brake: int
    files: dict[str, int]
    refused_calls: list[Free]
    open: int
    """Cases that somebody answers for."""
    waiting: int
    """Those among them whose customer waits."""
    line: list[LineNow]
    agents: list[AgentNow]
    machine: Free
    """Whether the machine keeps up: `verdict` and `reasons`."""


class Figure(Document):
    """One figure of a report: times in seconds, shares in percent. `p50`, `p90`, `p95`, `max` and `mean` of what was elapsed stand
    alone; with `business_` in opening hours, with `net_` without what was waited for, with `open_` of what is still open."""

    group: str
    metric: str
    from_: str = Field(alias="from")
    to: str
    count: int
    p50: float | None
    p90: float | None
    p95: float | None
    max: float | None
    mean: float | None
    within_target: float | None
    promised: int | None
    still_open: int | None
    overdue: int | None
    open_p50: float | None
    open_p90: float | None
    open_p95: float | None
    open_max: float | None
    open_mean: float | None
    business_p50: float | None
    business_p90: float | None
    business_p95: float | None
    business_max: float | None
    business_mean: float | None
    net_p50: float | None
    net_p90: float | None
    net_p95: float | None
    net_max: float | None
    net_mean: float | None
    out_of: int | None
    share: float | None
    levels: list[Free]
    otherwise: Free
    """What ended in another way, and how many."""
    before: Free | None
    """The same of the period before."""


class FigureList(Document):
    """The figures of a report in its order."""

    items: list[Figure]
