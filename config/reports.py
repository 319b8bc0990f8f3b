"""Knows the settings of a report that is sent by itself: how often, at what hour, of what, and to whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.base import Settings
from config.plain import expecting
from config.values import AtLeastOne, OneOrMore, Text, Unique

ReportName = Annotated[
    str, Field(pattern=r"^[\w-]{1,64}$"), expecting('a name of up to 64 letters, digits, - and _, such as "direction"')
]
TimeOfDay = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    expecting('an hour such as "08:00", from "00:00" to "23:59"'),
]
Split = Literal["channel", "team", "agent", "kind", "priority", "promise", "day", "weekday", "hour"]
Format = Literal["html", "xlsx"]


class ReportSettings(Settings):
    """[[reports]]. The period is the whole day, week (Monday to Sunday) or month before, in the service's zone; it goes out at `at`
    on the first day after it. `to` are agents or mail addresses; `by` splits the figures; without `channel` and `team` all count.
    """

    name: ReportName
    every: Literal["day", "week", "month"]
    at: TimeOfDay = "08:00"
    to: Annotated[tuple[Text, ...], OneOrMore, AtLeastOne, Unique]
    by: Annotated[tuple[Split, ...], OneOrMore, Unique] = ()
    channel: Text | None = None
    team: Text | None = None
    language: Literal["es", "en"] | None = None
    formats: Annotated[tuple[Format, ...], OneOrMore, AtLeastOne, Unique] = ("html", "xlsx")
