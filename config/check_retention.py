"""Knows what is odd about how long words are kept: terms that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from config.draft import Draft
from config.durations import format_duration
from config.remark import Remark, warning
from config.retention import RetentionSettings


def check_retention(draft: Draft) -> Iterator[Remark]:
    """A copy must not outlive its case."""
    found = draft.single.get("retention")
    if not isinstance(found, RetentionSettings):
        return
    if found.keep is not None and found.set_aside is not None and found.set_aside > found.keep:
        keep, got = format_duration(found.keep), format_duration(found.set_aside)
        yield Remark(
            ("retention", "set_aside"), f'expected at most `keep` ("{keep}"): copies go with cases, got "{got}"'
        )
    if found.keep is not None and found.trail is not None and found.trail < found.keep:
        text = "is shorter than `keep`: of cases that are still here, who looked at them is forgotten"
        yield warning(("retention", "trail"), text)
