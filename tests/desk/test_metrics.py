"""The machine's own figures as Prometheus reads them: right, cheap, and only for whom they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from starlette.responses import Response

from config.secrets import Secret
from config.service import WebSettings
from desk.machine.metrics import Metrics
from desk.machine.scraping import Scraping
from tests.desk.provider import web_side
from tests.store.rows import EARLIER, NOW, add_case, add_event, add_house, add_inbox, add_letter
from ventanilla.errors import Temporary
from ventanilla.store import tables as t
from ventanilla.store.engine import Store

SECOND = timedelta(seconds=1)
Samples = dict[tuple[str, ...], float]


def samples(page: str) -> dict[str, Samples]:
    """By name and then by the labels' values, as Prometheus' own parser reads it."""
    found: dict[str, Samples] = {}
    for family in text_string_to_metric_families(page):
        assert family.documentation, family.name
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


@pytest.fixture
def house(store: Store) -> Store:
    """One case; a channel; something from before this process began."""
    with store.write() as connection:
        add_house(connection)
        add_case(connection, 1, "ana", line_since=EARLIER)
        add_inbox(connection, 1, state="routed", routed_at=NOW)
        add_inbox(connection, 2, received_at=NOW - 90 * SECOND, pulled_at=NOW)
    return store


def test_a_scrape_tells_what_ended_since_the_beginning_and_what_stands_where(house: Store) -> None:
    metrics = Metrics(house, clock=lambda: NOW + 60 * SECOND)
    metrics.begin()
    with house.write() as connection:
        settled = {"state": "routed", "taken_at": NOW + 2 * SECOND, "routed_at": NOW + 3 * SECOND, "route_ms": 1500}
        connection.execute(sa.update(t.inbox).where(t.inbox.c.id == 2).values(settled))
        add_inbox(connection, 3, state="quarantined", routed_at=NOW)
        add_inbox(connection, 4)
        again = {"again": True, "taken_at": NOW + 9000 * SECOND, "routed_at": NOW + 9000 * SECOND, "route_ms": 1}
        add_inbox(connection, 5, state="routed", **again)
        case = {"conversation_id": 1, "assignment_number": 1, "created_at": NOW}
        first = "notice:1:1:2026:0"
        add_letter(connection, **case, dedupe_key=first, state="failed")
        # the second way counts from when the first was written
        second = {**case, "created_at": NOW + 100 * SECOND, "sent_at": NOW + 130 * SECOND}
        add_letter(connection, **second, dedupe_key="notice:1:1:2026:1", state="delivered", via="staff_telegram")
        add_letter(connection, **case, kind="reply", dedupe_key="reply:1", state="sent", sent_at=NOW + 11 * SECOND)
        add_letter(connection, kind="alert", dedupe_key="alert:1", state="held")

    told = samples(metrics.scrape().decode())

    assert told["ventanilla_items_total"] == {("soporte", "routed"): 2.0, ("soporte", "quarantined"): 1.0}
    assert told["ventanilla_ingest_lag_seconds_count"] == {("soporte",): 2.0}
    assert told["ventanilla_ingest_lag_seconds_sum"] == {("soporte",): 93.0 + 3600.0}
    assert told["ventanilla_queue_wait_seconds_sum"] == {("soporte",): 2.0}
    assert told["ventanilla_route_time_seconds_sum"] == {("soporte",): 1.5}
    assert told["ventanilla_notice_time_seconds_sum"] == {("soporte", "staff_telegram"): 130.0}
    assert told["ventanilla_reply_time_seconds_sum"] == {("soporte", "soporte"): 11.0}
    assert told["ventanilla_letters_total"] == {
        ("soporte", "notice", "failed", "soporte"): 1.0,
        ("soporte", "notice", "sent", "staff_telegram"): 1.0,
        ("soporte", "reply", "sent", "soporte"): 1.0,
    }
    assert told["ventanilla_backlog_items"] == {("soporte",): 1.0}
    assert told["ventanilla_backlog_oldest_seconds"] == {("soporte",): 3660.0}
    assert told["ventanilla_quarantined_items"] == {(): 1.0}
    assert told["ventanilla_oldest_waiting_seconds"] == {(): 3660.0}
    assert told["ventanilla_line_cases"] == {("atencion",): 1.0}
    assert told["ventanilla_outbox_letters"] == {("held", "soporte"): 1.0, ("failed", "soporte"): 1.0}
    assert told["ventanilla_channel_problem"] == {("soporte",): 0.0}
    assert "ventanilla_channel_last_pull_age_seconds" not in told  # it was never pulled
    assert list(told["ventanilla_build_info"].values()) == [1.0]

    # a second scrape counts nothing twice
    assert samples(metrics.scrape().decode())["ventanilla_items_total"] == told["ventanilla_items_total"]


def test_an_answer_that_was_held_counts_from_when_it_was_let_go(house: Store) -> None:
    metrics = Metrics(house, clock=lambda: NOW)
    metrics.begin()
    with house.write() as connection:
        sent = {"state": "sent", "sent_at": NOW + 7200 * SECOND}
        add_letter(connection, kind="reply", dedupe_key="reply:9", conversation_id=1, **sent)
        letter = connection.scalar(sa.select(t.outbox.c.id))
        add_event(connection)
        values = {"at": NOW + 7195 * SECOND, "recorded_at": NOW, "kind": "reply_released", "actor": "ana", "data": {}}
        connection.execute(sa.insert(t.events).values(**values, outbox_id=letter))

    assert samples(metrics.scrape().decode())["ventanilla_reply_time_seconds_sum"] == {("soporte", "soporte"): 5.0}


def test_no_customer_no_case_and_no_colleague_is_named(house: Store) -> None:
    page = Metrics(house, clock=lambda: NOW).scrape().decode()

    assert not [word for word in ("eva@example.org", "ana", "marta", "KEY-1", "imap.example.com") if word in page]


def asked(scraping: Scraping, address: str, *, headers: dict[str, str] | None = None, times: int = 1) -> list[Response]:
    """What so many askers at this address get, all at once."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": pairs, "client": (address, 5000)}

    async def ask() -> list[Response]:
        return list(await asyncio.gather(*(scraping.give(Request(scope)) for _ in range(times))))

    return _awaited(ask())


def page() -> bytes:
    return b"x 1\n"


@pytest.mark.parametrize(
    ("metrics", "address", "headers", "status"),
    [
        ("local", "127.0.0.1", {}, 200),
        ("local", "::1", {}, 200),
        ("local", "192.0.2.7", {}, 403),
        ("local", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ("local", "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 403),
        ("anyone", "192.0.2.7", {}, 200),
        ("anyone", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 200),
        (["10.0.0.0/8", "2001:db8::/32"], "10.1.2.3", {}, 200),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", {}, 200),
        (["10.0.0.0/8", "2001:db8::/32"], "2001:db8::9", {}, 200),
        (["10.0.0.0/8"], "127.0.0.1", {}, 403),
        (["10.0.0.0/8"], "10.1.2.3", {"X-Forwarded-For": "192.0.2.7"}, 403),
    ],
)
def test_who_may_read_them(metrics: Any, address: str, headers: dict[str, str], status: int) -> None:
    (answer,) = asked(Scraping(settings=WebSettings(metrics=metrics), scrape=page), address, headers=headers)

    assert answer.status_code == status
    assert (answer.body == page()) is (status == 200)


def test_with_a_token_nobody_reads_them_without_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    settings = WebSettings(metrics="anyone", metrics_token=Secret(file=tmp_path / "token"))
    scraping = Scraping(settings=settings, scrape=page)

    def status(said: str) -> int:
        return asked(scraping, "192.0.2.7", headers={"Authorization": said} if said else None)[0].status_code

    assert [status(said) for said in ("", "Bearer wrong", "s3cret", "Bearer s3cret")] == [401, 401, 401, 200]
    (tmp_path / "token").unlink()
    assert status("Bearer ") == 401


def test_asking_often_asks_the_store_once() -> None:
    made: list[None] = []

    def scrape() -> bytes:
        made.append(None)
        return page()

    answers = asked(Scraping(settings=WebSettings(), scrape=scrape), "127.0.0.1", times=30)

    assert {answer.body for answer in answers} == {page()}
    assert len(made) == 1


def test_a_store_that_is_away_is_said_so() -> None:
    def away() -> bytes:
        raise Temporary("the store did not answer")

    (answer,) = asked(Scraping(settings=WebSettings(), scrape=away), "127.0.0.1")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_real_scrape_of_the_web_side_is_read_by_prometheus_own_parser(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        add_house(connection)
    metrics = Metrics(sqlite_store, clock=lambda: NOW)
    scraping = Scraping(settings=WebSettings(), scrape=metrics.scrape)
    with web_side(sqlite_store, scraping=scraping) as web:
        answer = web.call(method="GET", path="/metrics")
        refused = web.call(method="GET", path="/metrics", headers={"X-Forwarded-For": "192.0.2.7"})

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert samples(answer.text)["ventanilla_leases_held"] == {(): 0.0}
    assert refused.status == 403


def test_a_scrape_of_many_settled_rows_stays_quick(sqlite_store: Store) -> None:
    """50,000 rows here; what a scrape reads does not grow with them."""
    with sqlite_store.write() as connection:
        add_house(connection)
        row = {"channel": "soporte", "source": "s", "state": "routed", "raw": b"x" * 200}
        stamps = {"received_at": EARLIER, "pulled_at": NOW, "routed_at": NOW}
        connection.execute(sa.insert(t.inbox), {**row, **stamps, "item_key": "0"})
        each = [column.name for column in t.inbox.columns if column.name not in ("id", "item_key")]
        numbers = sa.text(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 49999) SELECT n FROM n"
        )
        counted = numbers.columns(sa.column("n", sa.Integer)).subquery()
        copies = sa.select(sa.cast(counted.c.n, sa.String), *(t.inbox.c[name] for name in each)).select_from(
            sa.join(t.inbox, counted, sa.true())
        )
        connection.execute(sa.insert(t.inbox).from_select(["item_key", *each], copies))
    metrics = Metrics(sqlite_store, clock=lambda: NOW)
    metrics.begin()
    began = time.process_time()
    metrics.scrape()

    assert time.process_time() - began < 0.1


def _awaited(wanted: Coroutine[Any, Any, list[Response]]) -> list[Response]:
    """What comes of it, in a thread of its own: in this one a real browser's loop may run already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, wanted).result()
