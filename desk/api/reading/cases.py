"""Cases as a list and one by one: their messages, their events, their files. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query
from starlette.responses import FileResponse, Response

from desk.api.cursors import read_place, write_place
from desk.api.describing import download, look
from desk.api.documents.base import Page
from desk.api.documents.cases import Case, EventList, MessageList, WholeCase
from desk.api.problems import Wrong
from desk.api.routing import Caller, Operation
from desk.entry.seeing import as_seen, visible_to
from ventanilla.store.blobs import blob_path
from ventanilla.store.events import events_of
from ventanilla.store.tables import attachments, messages
from ventanilla.store.views.case_pages import Order, Sought, page_of_cases
from ventanilla.store.views.messages import messages_of
from ventanilla.store.views.whole import event_document, family_of, whole_case
from ventanilla.words import CaseState, Kind, LookedAt, Priority

router = APIRouter(tags=["cases"], route_class=Operation)
MOST = 200
Key = Annotated[str, Path(description="A case's key, typed as you like.", max_length=60, examples=["K7M-Q2X-VTR"])]
Limit = Annotated[int, Query(description="At most so many.", ge=1, le=MOST)]
After = Annotated[str | None, Query(description="`next` of the page before.", max_length=200)]
Name = Annotated[str | None, Query(max_length=200)]
FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox"}


@look(router, "/cases", Page[Case])
def list_cases(
    call: Caller,
    state: Annotated[list[CaseState] | None, Query(description="In one of these states.", max_length=7)] = None,
    owner: Annotated[str | None, Query(description="Whose they are; `me` for yours.", max_length=200)] = None,
    channel: Name = None,
    team: Name = None,
    tag: Name = None,
    kind: Kind | None = None,
    priority: Priority | None = None,
    waiting: Annotated[bool | None, Query(description="Whether their customer waits for an answer.")] = None,
    q: Annotated[
        str, Query(description="Part of a subject, or of a customer's name or address; or a key.", max_length=200)
    ] = "",
    order: Annotated[Order, Query(description="The nearest due first, or the newest first.")] = Order.NEWEST,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Cases that you may see, a page at a time. A page after a cursor is not shifted by cases that came meanwhile."""
    sought = Sought(
        states=state or (),
        owner=call.person.agent if owner == "me" else owner,
        channel=channel,
        team=team,
        tag=tag,
        kind=kind,
        priority=priority,
        waiting=waiting,
        words=q,
    )
    begins = None if after is None else read_place(after, order)
    with call.desk.store.read() as connection:
        visible = visible_to(call.person)
        found, place = page_of_cases(connection, sought, visible=visible, order=order, limit=limit, after=begins)
    if q.strip():
        call.looked(LookedAt.SEARCH, detail={"by": "api"})
    return call.page(found, None if place is None else write_place(order, place))


@look(router, "/cases/{key}", WholeCase)
def show_case(call: Caller, key: Key) -> Response:
    """A case whole: messages, notes, who was responsible and why, what went out, every event. The key of a case that was merged
    into another shows that one."""
    store = call.desk.store
    with store.read() as connection:
        row = call.followed(connection, key)
        document = whole_case(connection, row, store.blobs)
        document["messages"] = [_message(one, document["key"]) for one in document["messages"]]
        document["customer"] = as_seen(connection, call.person, document["customer"])
    call.looked(LookedAt.CASE, case_id=row.id)
    return call.answer(document)


@look(router, "/cases/{key}/messages", MessageList)
def list_messages(call: Caller, key: Key) -> Response:
    """The messages of a case, and of what was merged into it, in the order in which they came or went out."""
    store = call.desk.store
    with store.read() as connection:
        row = call.followed(connection, key)
        found = messages_of(connection, family_of(connection, row), store.blobs)
    call.looked(LookedAt.CASE, case_id=row.id)
    return call.answer({"items": [_message(one, row.key) for one in found]})


@look(router, "/cases/{key}/events", EventList)
def list_events(call: Caller, key: Key) -> Response:
    """Every event of a case as the append-only log has it. Of a case that was merged, its own."""
    with call.desk.store.read() as connection:
        row = call.case(connection, key)
        found = [event_document(event) for event in events_of(connection, row.id)]
    call.looked(LookedAt.CASE, case_id=row.id)
    return call.answer({"items": found})


@download(router, "/cases/{key}/files/{file_id}")
def get_file(
    call: Caller,
    key: Key,
    file_id: Annotated[str, Path(description="The file's `id` in its message.", max_length=40, examples=["31-0"])],
) -> Response:
    """A file of a message, as a download of no type: what its sender calls it is not believed."""
    store = call.desk.store
    with store.read() as connection:
        row = call.followed(connection, key)
        file = _file(connection, family_of(connection, row), file_id)
    path = None if file is None else blob_path(store.blobs, file.sha256)
    if file is None or path is None or not path.is_file():
        raise Wrong(404, "no_such_file", f"{row.key} has no such file, or not here (yet)", values={"file": file_id})
    call.looked(LookedAt.FILE, case_id=row.id, detail={"file": file_id})
    return FileResponse(
        path, media_type="application/octet-stream", filename=file.filename or "file", headers=FILE_HEADERS
    )


def _file(connection: sa.Connection, family: Mapping[int, str], file_id: str) -> sa.Row[Any] | None:
    message, _, position = file_id.partition("-")
    if not (message.isascii() and message.isdecimal() and position.isascii() and position.isdecimal()):
        return None
    if len(message) > 15 or len(position) > 5:
        return None
    query = sa.select(attachments).join(messages, messages.c.id == attachments.c.message_id)
    query = query.where(messages.c.conversation_id.in_(list(family)), attachments.c.message_id == int(message))
    return connection.execute(query.where(attachments.c.position == int(position))).one_or_none()


def _message(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A message without the paths of this machine, and with addresses of its files."""
    files = [_attachment(one, key) for one in told["attachments"]]
    versions = [{**one, "raw": _raw(one["raw"])} for one in told["versions"]]
    return {**told, "attachments": files, "raw": _raw(told["raw"]), "versions": versions}


def _attachment(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    kept = {name: value for name, value in told.items() if name != "path"}
    return {**kept, "url": f"cases/{key}/files/{told['id']}" if told["present"] else None}


def _raw(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if told is None else {name: value for name, value in told.items() if name != "path"}
