"""Which moves a page offers somebody in a case: those that would not be refused for who they are. Moves decide. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.entry.person import Person, Right
from ventanilla.words import OWNED_STATES, CaseState

_OF_PART = (
    "answer",
    "resolve",
    "transfer",
    "wait",
    "kind",
    "priority",
    "tags",
    "spam",
    "called",
    "collaborate",
    "needs_information",
    "merge",
    "split",
    "unmerge",
)
"""What the owner of an open case, who works in it beside them, and whoever supervises may do."""


def moves_for(person: Person, case: Mapping[str, Any]) -> frozenset[str]:
    """The names of the moves to offer. `case` is the document of desk/pages/case/reading.py."""
    if not person.has(Right.ACT):
        return frozenset()
    able = {"note"}
    owned = case["state"] in OWNED_STATES
    if owned and has_part(person, case):
        able |= set(_OF_PART) | _now_and_then(case)
        able |= {"take"} if case["owner"] != person.agent else {"decline"}
    if owned and case["in_line_since"] is not None and case["team"] in person.teams and case["owner"] != person.agent:
        able.add("take")
    if owned and case["owner"] == person.agent and _is_to_accept(case):
        able.add("accept")
    if not owned:
        able |= {"reopen"} if case["state"] == CaseState.SPAM else {"reopen", "merge", "split", "unmerge"}
    elif case["thanks_wait"]:
        able.add("reopen")
    if person.has(Right.SUPERVISE):
        able.add("hold")
    return frozenset(able)


def has_part(person: Person, case: Mapping[str, Any]) -> bool:
    """Whether the case is theirs, they work in it, or they supervise (as router/moves/base.py sees it)."""
    beside = (each["agent"] for each in case["collaborators"])
    return case["owner"] == person.agent or person.has(Right.SUPERVISE) or person.agent in beside


def _now_and_then(case: Mapping[str, Any]) -> set[str]:
    some = {"answered_in"} if case["waiting_since"] is not None and case["customer"]["other_cases"] else set()
    if case["state"] == CaseState.WAITING_THIRD_PARTY:
        some.add("wait_no_more")
    if case["law"] is not None and case["law"].receipt_is_owed:
        some.add("receipt")
    return some


def _is_to_accept(case: Mapping[str, Any]) -> bool:
    open_one = next((each for each in case["assignments"] if each["released_at"] is None), None)
    return open_one is not None and (open_one["accepted_at"] is None or case["in_line_since"] is not None)
