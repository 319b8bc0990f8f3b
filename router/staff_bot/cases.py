"""`/cases`: what somebody answers for now, what waits longest first, short enough for one message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.staff_bot.asked import Asked
from ventanilla.store.staff_texts import texts_without_case
from ventanilla.store.views.cases import Wanted, list_cases

MOST = 20
_NAME = 60


def list_my_cases(asked: Asked) -> str:
    """Their open cases: key, customer, since when that waits, until when it was promised an answer; and that texts of theirs wait
    for a case, if any do."""
    cases = list_cases(asked.connection, Wanted(open_only=True, agent=asked.agent.name))
    kept = texts_without_case(asked.connection, asked.agent.name)
    unsent = [f"{asked.say('texts', count=str(len(kept)))} ({asked.word('texts')})"] if kept else []
    if not cases:
        return "\n\n".join([asked.say("no_cases"), *unsent])
    cases.sort(key=_urgency)
    parts = [asked.say("cases", count=str(len(cases))), *(_shown(asked, case) for case in cases[:MOST])]
    if len(cases) > MOST:
        parts.append(asked.say("more_cases", count=str(len(cases) - MOST), agent=asked.agent.name))
    return "\n\n".join([*parts, *unsent])


def _urgency(case: Mapping[str, Any]) -> tuple[Any, ...]:
    waits, due = case["waiting_since"], case["due_at"]
    return (waits is None, due is None, due or waits or case["created_at"], case["created_at"])


def _shown(asked: Asked, case: Mapping[str, Any]) -> str:
    title = f"{case['key']} · {(case['contact_name'] or case['contact'] or '')[:_NAME]}"
    if case["waiting_since"] is None:
        return f"{title}\n{asked.say('waits_for_customer')}"
    facts = [asked.say("waits_since", since=asked.when(case["waiting_since"]))]
    if case["due_at"]:
        code = "due" if case["due_at"] > asked.now else "overdue"
        facts.append(asked.say(code, when=asked.when(case["due_at"])))
    return f"{title}\n{', '.join(facts)}"
