"""Whose a case is that its customer opens again: whoever had it, if they can take it; else whoever the policy names. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from router.assigning.acceptance import accept_by
from router.assigning.policy import Choice
from router.house import House
from ventanilla.store.assignments import Grant

REOPENED = "reopened"
_ABLE = ("chosen", "eligible", "matches_less", "busier", "assigned_later", "by_name")


def same_owner_first(house: House, case: Any, grant: Grant, choice: Choice, *, now: datetime) -> Grant:
    """The grant to whoever had the case, where the policy found nothing against them: on duty, in the team, with room and with
    what is demanded. Otherwise the policy's."""
    mine = next((one for one in choice.considered if one.agent == case.owner), None)
    able = mine is not None and mine.verdict in _ABLE and not (mine.verdict == "chosen" and choice.in_line)
    if not able:
        return grant
    return replace(
        grant,
        agent=case.owner,
        reason=REOPENED,
        in_line=False,
        accept_by=accept_by(house, case.team, case.owner, now=now),
        decision={**grant.decision, "policy_would_say": choice.agent, "silent": False},
    )
