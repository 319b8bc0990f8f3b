"""Knows how long words are kept ([retention]), and the shortest terms that are believed to be meant. Forgets nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from config.base import Settings
from config.durations import PositiveDuration, format_duration
from config.plain import plain_error


def _at_least(shortest: timedelta) -> AfterValidator:
    """Nothing brings back what went: a month that was typed as "1m", which is a minute, is refused."""

    def check(duration: timedelta) -> timedelta:
        if duration < shortest:
            wanted, got = format_duration(shortest), format_duration(duration)
            raise plain_error(f'expected at least "{wanted}" (m is minutes; "30d", "26w", "5y"), got "{got}"')
        return duration

    return AfterValidator(check)


Term = Annotated[PositiveDuration, _at_least(timedelta(days=30))]
ShortTerm = Annotated[PositiveDuration, _at_least(timedelta(days=7))]


class RetentionSettings(Settings):
    """[retention]. Without a term nothing is ever forgotten. `keep`: from when a case ended; `set_aside`: from when an item came
    that became no message (as `keep` where only that is set); `trail`: who looked at what, and sessions that are over."""

    keep: Term | None = None
    set_aside: ShortTerm | None = None
    trail: Term | None = None

    @property
    def items(self) -> timedelta | None:
        """How long items are kept that became no message."""
        return self.set_aside or self.keep
