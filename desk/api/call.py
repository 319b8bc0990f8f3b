"""One request of somebody who may make it: what it may see, the moves it makes in one transaction, and its answer as JSON.

A move under an Idempotency-Key is done once: its answer is kept in the move's own transaction (ventanilla/store/api_requests.py).
What was refused did nothing, so nothing is kept of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response

from desk.api.problems import Wrong
from desk.entry.person import Person, Right, Scope
from desk.entry.seeing import may_see
from desk.entry.trail import look_of
from desk.room import Desk
from router.moves.base import Move
from router.moves.refusals import Refused
from ventanilla.keys import read_key
from ventanilla.store.api_requests import Answered, answered, claim_request, keep_answer
from ventanilla.store.views.cases import case_rows, case_rows_by_id
from ventanilla.words import LookedAt, Side

REPLAYED = "Idempotency-Replayed"
Document = Mapping[str, Any]


@dataclass(slots=True)
class UnderWay:
    """The idempotent requests that this process is answering now. Shared by its threads."""

    _keys: set[tuple[str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def alone(self, agent: str, key: str) -> Iterator[None]:
        """Nobody else answers this request of theirs until the block ends. Raises Wrong where somebody does."""
        with self._lock:
            if (agent, key) in self._keys:
                detail = "a request with this Idempotency-Key is being answered: ask again in a moment"
                raise Wrong(409, "being_answered_already", detail, headers={"Retry-After": "1"})
            self._keys.add((agent, key))
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard((agent, key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, admitted. `key` and `fingerprint` are its Idempotency-Key and what was asked; `now` is read once."""

    desk: Desk
    request: Request
    person: Person
    now: datetime
    under_way: UnderWay
    key: str | None = None
    fingerprint: str = ""

    @property
    def seeing(self) -> Person:
        """The person whose eyes count for what may be moved: a token that may only write still moves what its agent sees."""
        scopes = self.person.scopes
        return self.person if scopes is None else replace(self.person, scopes=scopes | {Scope.READ})

    def case(self, connection: sa.Connection, typed: str) -> sa.Row[Any]:
        """The case of a key as `case_rows` has it, as it is. Raises Refused alike for one that is not there and one that they may
        not see."""
        key = read_key(typed)
        if key is None:
            raise Refused("no_key", key=typed[:40])
        row = case_rows(connection, [key]).get(key)
        if row is None or not may_see(connection, self.seeing, row.id):
            raise Refused("no_such_case", key=key)
        return row

    def followed(self, connection: sa.Connection, typed: str) -> sa.Row[Any]:
        """The same; of a merged one the case that it went into."""
        row = self.case(connection, typed)
        return row if row.merged_into is None else case_rows_by_id(connection, [row.merged_into])[row.merged_into]

    def looked(
        self,
        what: LookedAt,
        *,
        case_id: int | None = None,
        contact_id: int | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that they looked at this. Called outside a transaction."""
        look_of(self.desk, self.person, what, now=self.now, case_id=case_id, contact_id=contact_id, detail=detail)

    def require(self, right: Right) -> None:
        """Raises Wrong for who has not that right."""
        if not self.person.has(right):
            raise forbidden(self.person, right)

    def answer(self, document: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """The document as JSON."""
        return _response(_json(document), status, headers)

    def page(self, items: list[dict[str, Any]], cursor: str | None) -> Response:
        """A page of a list, with where the next one is."""
        headers = {}
        if cursor is not None:
            kept = [(name, value) for name, value in self.request.query_params.multi_items() if name != "after"]
            headers["Link"] = f'<{self.request.url.path}?{urlencode([*kept, ("after", cursor)])}>; rel="next"'
        return self.answer({"items": items, "next": cursor}, headers=headers)

    def move(
        self,
        act: Callable[[Move], Document],
        *,
        case: str | None = None,
        others: tuple[str, ...] = (),
        status: int = 200,
    ) -> Response:
        """Do it in one transaction and answer with what it returns. `case` and `others` are keys of cases that they must see. The
        same Idempotency-Key does it once. Raises whatever the move does."""

        def whole(move: Move) -> Document:
            for typed in (case, *others):
                if typed is not None:
                    self.case(move.connection, typed)
            return act(move)

        if self.key is None:
            with self.desk.moving(self.person.agent, side=Side.API, now=self.now) as move:
                return _response(_json(whole(move)), status)
        with self.under_way.alone(self.person.agent, self.key):
            return self._once(whole, status, self.key)

    def _once(self, act: Callable[[Move], Document], status: int, key: str) -> Response:
        agent = self.person.agent
        with self.desk.moving(agent, side=Side.API, now=self.now) as move:
            before = claim_request(move.connection, agent, key, fingerprint=self.fingerprint, now=self.now)
            if before is not None:
                return self._again(before)
            body = _json(act(move))
            keep_answer(move.connection, agent, key, status=status, body=body)
        return _response(body, status)

    def steps(self, act: Callable[[], Document], *, status: int = 200) -> Response:
        """The same for what takes several transactions, each of which does nothing when it is done again (`key` says of what): a
        request that was cut off half-way is gone on with."""
        if self.key is None:
            return _response(_json(act()), status)
        agent, key = self.person.agent, self.key
        with self.under_way.alone(agent, key):
            with self.desk.store.read() as connection:
                before = answered(connection, agent, key, now=self.now)
            if before is not None:
                return self._again(before)
            body = _json(act())
            with self.desk.store.write() as connection:
                first = claim_request(connection, agent, key, fingerprint=self.fingerprint, now=self.now)
                if first is None:
                    keep_answer(connection, agent, key, status=status, body=body)
            return _response(body, status) if first is None else self._again(first)

    def _again(self, before: Answered) -> Response:
        if before.fingerprint != self.fingerprint:
            detail = "this Idempotency-Key was used for another request: take a new one for each"
            raise Wrong(422, "key_used", detail, values={"idempotency_key": self.key or ""})
        return _response(before.body, before.status, {REPLAYED: "true"})


def forbidden(person: Person, right: Right) -> Wrong:
    """Why somebody who is known may not do this."""
    detail = f"{person.agent} may not do this ({right}): it takes another role, or a token of more scopes"
    return Wrong(403, "forbidden", detail, values={"right": str(right), "role": str(person.role)})


def _response(body: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body.encode(), status, headers, media_type="application/json")


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Instants as the commands print them: ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        raise TypeError("a path of this machine is nobody else's business")
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
