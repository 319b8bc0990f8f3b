"""Whether a case's next person can be found among the first few of its team, unseen the others: then the answer is the same. Asks
nothing of the store."""

from __future__ import annotations

from router.assigning.policy import Need
from router.house import Abilities, House

ALL_KEPT_UP_TO = 50
"""Of larger teams a decision is written down with its first few only."""
_BY_LOAD = ("balanced", "longest_idle")
_MOST_CAPACITIES = 10


def has_shortlists(house: House, team: str) -> bool:
    """A large team, by load, of few different capacities."""
    settings = house.config.teams[team]
    if len(settings.members) <= ALL_KEPT_UP_TO or settings.strategy not in _BY_LOAD:
        return False
    return len(house.capacities(team)) <= _MOST_CAPACITIES


def is_shortlisted(house: House, team: str, need: Need) -> bool:
    """For a team that has shortlists, where all its members match the case alike."""
    if need.restricted or not has_shortlists(house, team):
        return False
    required = Abilities(need.required_languages, need.required_skills)
    preferred = Abilities(need.preferred_languages, need.preferred_skills)
    return house.are_alike(team, required=required, preferred=preferred)
