"""Tells somebody of what a source has and the ledger has not, once. Knows no source."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from router.house import House
from router.notices.writing import write_alert
from router.quiet.missing_words import missing_words


def tell_of_missing(
    connection: sa.Connection,
    house: House,
    channel: str,
    *,
    source: str,
    occasions: Sequence[str],
    missing: int,
    now: datetime,
) -> int:
    """Tell whoever reads digests, else the first on duty for the channel's team; return how many are told. `occasions` name what is
    missing, and since when: for the same ones nobody is told twice."""
    settings = house.config.channels.get(channel)
    if settings is None:
        return 0
    today, people = house.today(now), house.config.agents
    readers, duty = (
        [name for name in names if name in people and people[name].is_here(today)]
        for names in (house.config.staff.digest_to, house.config.teams[settings.team].duty)
    )
    words = missing_words(house.config.service.language, channel=channel, source=source, count=missing)
    digest = hashlib.sha256("\n".join(sorted(occasions)).encode()).hexdigest()[:32]
    return write_alert(
        connection,
        house,
        to=readers or duty[:1],
        occasion=f"missing:{channel}:{digest}",
        subject=words[0],
        body=words[1],
        now=now,
    )
