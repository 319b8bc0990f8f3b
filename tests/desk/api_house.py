"""A small house with its API, in this process: programs with tokens of their own, and a case of every state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from desk.api.app import build_api
from desk.api.pace import Pace
from desk.app import build_app
from desk.calls.webhooks import Webhooks
from router.assigning.endings import close_what_is_over
from tests.desk.site_house import SiteHouse, site_house
from tests.router.house_for_tests import House
from ventanilla.store.api_tokens import make_token
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.words import CaseState

BASE = "http://desk.example/api/v1"


class Program(TestClient):
    """A program with a token of this agent's; without an agent one that has none."""

    def __init__(self, app: Starlette, token: str | None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        super().__init__(app, base_url=BASE, headers=headers, raise_server_exceptions=True)

    def act(self, path: str, /, *, key: str | None = None, **fields: Any) -> Any:
        """A move with this body."""
        return self.post(path, json=fields, headers={} if key is None else {"Idempotency-Key": key})


@dataclass
class ApiHouse:
    """The house and its API."""

    site: SiteHouse
    app: Starlette

    @property
    def house(self) -> House:
        return self.site.house

    def token(self, agent: str, scopes: Sequence[str] = ("read", "write")) -> str:
        """A new token of this agent."""
        journal = Journal(now=self.house.now, actor="tests")
        with self.house.store.write() as connection:
            _, token = make_token(
                connection, agent, name="tests", scopes=scopes, expires_at=None, made_by="tests", journal=journal
            )
            journal.flush(connection)
        return token

    @contextmanager
    def program(self, agent: str | None, *scopes: str) -> Iterator[Program]:
        """A program of this agent's until the block ends."""
        token = None if agent is None else self.token(agent, scopes or ("read", "write"))
        with Program(self.app, token) as program:
            yield program


def api_house(store: Store, folder: Path, *, pace: Pace | None = None, **settings: str) -> ApiHouse:
    """The house; `settings` as for `site_house`."""
    site = site_house(store, folder, **settings)
    desk = site.desk
    webhooks = Webhooks(store=desk.store, hooks={}, enqueue=desk.enqueue, clock=desk.clock)
    api = build_api(desk, pace=pace)
    return ApiHouse(site, build_app(webhooks, public_url=None, api=api))


def in_every_state(house: ApiHouse) -> dict[CaseState, str]:
    """A case of every state, by the moves that bring one there; its key by its state. All but one are ana's or luis's."""
    keys: dict[CaseState, str] = {}
    number = count(1)
    picture = b"\x89PNG"

    def receive() -> str:
        one = next(number)
        return house.site.receive(
            sender=f"Eva {one} <eva{one}@clientes.example>", subject=f"Pedido {one}", attachment=picture
        )

    with house.program("marta") as marta:
        keys[CaseState.CLOSED] = receive()
        _did(marta.act(f"/cases/{keys[CaseState.CLOSED]}/resolve", no_reply_needed=True))
        house.house.later(days=28)
        close_what_is_over(house.house.store, house.site.desk.house, Journal(now=house.house.now, actor="tests"))
        for state, move, fields in _WAYS:
            keys[state] = receive()
            _did(marta.act(f"/cases/{keys[state]}/{move}", **fields))
        keys[CaseState.MERGED], keys[CaseState.OPEN] = receive(), receive()
        merged, into = keys[CaseState.MERGED], keys[CaseState.OPEN]
        _did(marta.act(f"/cases/{merged}/merge", into=into, customers_differ=True))
    return keys


_WAYS: tuple[tuple[CaseState, str, dict[str, Any]], ...] = (
    (CaseState.WAITING_CUSTOMER, "called", {"outcome": "reached", "text": "Vale"}),
    (CaseState.WAITING_THIRD_PARTY, "wait", {}),
    (CaseState.RESOLVED, "resolve", {"no_reply_needed": True}),
    (CaseState.SPAM, "spam", {}),
)


def _did(answer: Any) -> None:
    assert answer.status_code == 200, answer.text
