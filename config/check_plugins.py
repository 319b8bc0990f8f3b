"""Knows whether the channels that other packages bring can be used at all, before anything starts on one that cannot."""

from __future__ import annotations

from collections.abc import Iterator

from config.draft import Draft
from config.kinds import KINDS
from config.plugins import BrokenPackage, check_channel
from config.remark import Remark


def check_plugins(draft: Draft) -> Iterator[Remark]:
    """Load what stands behind each kind that is not ours."""
    for name, channel in draft.channels.items():
        if channel.kind not in KINDS:
            try:
                check_channel(channel.kind)
            except BrokenPackage as broken:
                yield Remark(("channels", name, "kind"), str(broken))
