"""`/cases`: what somebody answers for now, nearest due first, short enough for one message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.staff_bot.asked import Asked
from ventanilla.store.nearest_due import first_due
from ventanilla.store.staff_texts import texts_without_case
from ventanilla.store.views.cases import Wanted, list_cases

MOST = 20
_NAME = 60


def list_my_cases(asked: Asked) -> str:
    """Their open cases: key, customer, since when that waits, until when it was promised an answer; and that texts of theirs wait
    for a case, if any do."""
    cases = list_cases(asked.connection, Wanted(open_only=True, agent=asked.agent.name, by_due=True))
    kept = texts_without_case(asked.connection, asked.agent.name)
    unsent = [f"{asked.say('texts', count=str(len(kept)))} ({asked.word('texts')})"] if kept else []
    if not cases:
        return "\n\n".join([asked.say("no_cases"), *unsent])
    parts = [asked.say("cases", count=str(len(cases))), *(_shown(asked, case) for case in cases[:MOST])]
    if len(cases) > MOST:
        parts.append(asked.say("more_cases", count=str(len(cases) - MOST), agent=asked.agent.name))
    return "\n\n".join([*parts, *unsent])


def _shown(asked: Asked, case: Mapping[str, Any]) -> str:
    title = f"{case['key']} · {(case['contact_name'] or case['contact'] or '')[:_NAME]}"
    waits = case["waiting_since"]
    facts = [asked.say("waits_since", since=asked.when(waits)) if waits else asked.say("waits_for_customer")]
    due = first_due(case)
    if due is not None:
        facts.append(asked.say("due" if due > asked.now else "overdue", when=asked.when(due)))
    return f"{title}\n{', '.join(facts)}"
