"""One case gathered whole for its page: the document that `show` prints, and what a page says beside it. Reads only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from desk.entry.seeing import as_seen
from desk.pages.case.law import lawful, upheld_of
from desk.pages.case.rows import automatic_texts, files_of, keys_of, progress_of, with_html
from desk.pages.page import Visit
from ventanilla.store.holds import holds_on
from ventanilla.store.views.whole import family_of, whole_case
from ventanilla.words import OWNED_STATES, Direction


def read_case(visit: Visit, connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
    """The document of a case (a row of `case_rows`), with `title`, `files` (by message), `progress` (of our answers), `html`,
    `automatic`, `keys` (of cases that events name), `law` (None where none says anything), `upheld`, `promises`, `holds`, `newest`
    (the last message's number), `unanswered` (the newest that waits) and `thanks_wait` (mere thanks that may need an answer)."""
    case = whole_case(connection, row, visit.desk.store.blobs)
    family = family_of(connection, row)
    ids = list(family)
    return case | {
        "customer": as_seen(connection, visit.person, case["customer"]),
        "id": row.id,
        "title": case["subject"] or case["contact_name"] or case["contact"] or visit.say("case.no_subject"),
        "account": row.account,
        "address": row.address,
        "family": family,
        "files": files_of(connection, ids),
        "progress": progress_of(connection, ids),
        "html": with_html(connection, ids),
        "automatic": automatic_texts(connection, ids),
        "keys": keys_of(connection, case["events"]),
        "law": lawful(connection, visit.desk.house, row, case["sent"]),
        "upheld": upheld_of(case["events"]),
        "can_be_split": sum(each["direction"] == Direction.IN for each in case["messages"]) > 1,
        "promises": _promises(case["clocks"]),
        "holds": holds_on(connection, [row.id], now=visit.now),
        "newest": max((each["id"] for each in case["messages"]), default=0),
        "unanswered": unanswered(case),
        "thanks_wait": _thanks(case),
    }


def unanswered(case: dict[str, Any]) -> int | None:
    """The newest message of the customer's that nobody has answered; None where nobody waits."""
    since = case["waiting_since"]
    if since is None:
        return None
    theirs = [each for each in case["messages"] if each["direction"] == Direction.IN]
    waiting = [each["id"] for each in theirs if each["received_at"] >= since]
    return waiting[-1] if waiting else theirs[-1]["id"] if theirs else None


def _promises(clocks: list[dict[str, Any]]) -> dict[str, Any]:
    """The clocks that something was promised of: those that run or were late one by one (`shown`), of the others how many."""
    timed = [each for each in clocks if each["due_at"] is not None]
    kept = [each for each in timed if each["stopped_at"] is not None and each["stopped_at"] <= each["due_at"]]
    return {"shown": [each for each in timed if each not in kept], "kept": len(kept)}


def _thanks(case: dict[str, Any]) -> bool:
    """Whether the last that the customer wrote in an open case was taken for mere thanks, and nobody has answered since."""
    if case["state"] not in OWNED_STATES or case["waiting_since"] is not None or not case["messages"]:
        return False
    last = case["messages"][-1]
    return last["direction"] == Direction.IN and bool(last["thanks"])
