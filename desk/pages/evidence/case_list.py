"""A list of cases with its filters as CSV, read a stretch at a time while it is sent. What it leaves is noted."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse

from desk.entry.trail import note_look
from desk.pages.cases.asking import Asked, asked_of
from desk.pages.page import Visit
from reports.csv import harmless
from ventanilla.store.views.cases import case_document, case_rows_by_id
from ventanilla.store.views.lists import page_ids
from ventanilla.words import LookedAt

_CHUNK = 500
COLUMNS = (
    *("key", "state", "owner", "team", "channel", "kind", "priority", "tags", "contact", "contact_name", "subject"),
    *("created_at", "first_message_at", "last_message_at", "messages", "first_response_seconds"),
    *("waiting_since", "due_at", "next_due_at", "in_line_since", "resolved_at"),
)


def cases_file(visit: Visit) -> Response:
    """/cases.csv with the filters of /cases: every case of that list, moments in the house's zone."""
    asked = asked_of(visit)
    note_look(visit, LookedAt.EXPORT, detail={"of": "cases", "list": str(asked.shelf), **asked.filters})
    name = f"cases-{visit.desk.house.today(visit.now)}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = iterate_in_threadpool(_lines(visit, asked))
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _lines(visit: Visit, asked: Asked) -> Iterator[str]:
    yield _written(COLUMNS)
    after = asked.after
    while True:
        with visit.desk.store.read() as connection:
            ids, following = page_ids(connection, asked.wanted(visit), now=visit.now, limit=_CHUNK, after=after)
            rows = case_rows_by_id(connection, ids)
        documents = [case_document(rows[number]) for number in ids if number in rows]
        yield "".join(_written([_cell(visit, one[name]) for name in COLUMNS]) for one in documents)
        if not following or following == after:
            return
        after = following


def _cell(visit: Visit, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(visit.desk.house.zone()).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, list | tuple):
        return harmless(", ".join(map(str, value)))
    return harmless(value) if isinstance(value, str) else str(value)


def _written(cells: Any) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
