"""Whether a case's next person can be found among the first few of its team, unseen the others: then the answer is the same. Asks
nothing of the store."""

from __future__ import annotations

import sqlalchemy as sa

from router.assigning.policy import Need
from router.house import Abilities, House

ALL_KEPT_UP_TO = 50
"""Of larger teams a decision is written down with its first few only."""
_BY_LOAD = ("balanced", "longest_idle")
_MOST_CAPACITIES = 10


def is_shortlisted(connection: sa.Connection, house: House, team: str, need: Need) -> bool:
    """For a large team, by load, whose members all match a case alike and have few different capacities. On SQLite, where nobody
    changes a load between the look and the decision; on PostgreSQL everybody is locked in the order of their names."""
    settings = house.config.teams[team]
    if connection.dialect.name != "sqlite" or len(settings.members) <= ALL_KEPT_UP_TO:
        return False
    if settings.strategy not in _BY_LOAD or need.restricted or len(house.capacities(team)) > _MOST_CAPACITIES:
        return False
    required = Abilities(need.required_languages, need.required_skills)
    preferred = Abilities(need.preferred_languages, need.preferred_skills)
    return house.are_alike(team, required=required, preferred=preferred)
