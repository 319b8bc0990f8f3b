"""What a provider's call becomes: in the ledger once before it is answered, whatever proxies, repeats and strangers do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from desk import app as desk_app
from tests.desk.provider import PUBLIC, SOURCE, Web, web_side
from tests.servers.ports import wait_until
from tests.store.at_once import at_once
from tests.store.rows import NOW, add_house, add_letter
from ventanilla.channel import Batch, RawItem
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.hooks import refusals
from ventanilla.store.inbox import commit_batch
from ventanilla.store.tables import channels, inbox, outbox


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    with web_side(store) as web:
        yield web


def ledger(store: Store) -> list[tuple[str, str, str]]:
    query = sa.select(inbox.c.channel, inbox.c.source, inbox.c.item_key).order_by(inbox.c.id)
    with store.read() as connection:
        return [(row.channel, row.source, row.item_key) for row in connection.execute(query)]


def counted(store: Store) -> list[tuple[str, str, int]]:
    with store.read() as connection:
        return [(row.channel, row.reason, row.calls) for row in refusals(connection)]


def test_a_call_is_in_the_ledger_and_on_the_queue_before_it_is_answered(store: Store, web: Web) -> None:
    with store.write() as connection:
        connection.execute(sa.insert(channels).values(name="chat", kind="paper", mode="observe", since=NOW))

    answer = web.call({"items": {"SM1": "hola", "SM2": "adiós"}})

    assert (answer.status, answer.text, answer.headers["content-type"]) == (200, "<Response/>", "text/xml")
    assert ledger(store) == [("chat", SOURCE, "SM1"), ("chat", SOURCE, "SM2")]
    assert len(web.queued) == 2
    with store.read() as connection:
        assert connection.scalar(sa.select(channels.c.last_item_at)) is not None


@pytest.mark.fault(8)
def test_twenty_times_the_same_call_at_once_is_one_item_and_each_is_answered_alike(store: Store, web: Web) -> None:
    answers = at_once([partial(web.call, {"items": {"SM1": "hola"}})] * 20)

    assert {(answer.status, answer.text) for answer in answers} == {(200, "<Response/>")}
    assert ledger(store) == [("chat", SOURCE, "SM1")]
    assert len(web.queued) == 1


def test_what_came_by_itself_is_not_new_when_it_is_polled(store: Store, web: Web) -> None:
    web.call({"items": {"SM1": "hola"}})

    polled = Batch(
        source=SOURCE,
        items=[RawItem(key=key, raw=b"hola", received_at=NOW) for key in ("SM1", "SM2")],
        checkpoint={"since": "today"},
    )
    new = commit_batch(store, "chat", polled, lease=None, now=NOW)

    assert len(new) == 1
    assert len(ledger(store)) == 2


@pytest.mark.fault(8)
def test_a_bad_signature_is_refused_and_counted_and_nothing_is_stored(store: Store, web: Web) -> None:
    answers = [web.call({"items": {"SM1": "hola"}}, signed_for="https://elsewhere.example/") for _ in range(3)]

    assert {answer.status for answer in answers} == {403}
    assert ledger(store) == []
    assert counted(store) == []  # a stranger cannot make us write
    web.webhooks.refusals.flush(store, now=NOW)
    web.call(signed_for="https://elsewhere.example/")
    web.webhooks.refusals.flush(store, now=NOW)
    assert counted(store) == [("chat", "signature", 4)]


@pytest.mark.fault(8)
def test_what_a_proxy_or_a_stranger_says_of_host_and_scheme_is_not_believed(store: Store, web: Web) -> None:
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}

    answer = web.call({"items": {"SM1": "hola"}}, path="/webhooks/chat/status?a=&b=%2B34+9", headers=lies)

    assert answer.status == 200
    assert web.hook.seen[0].url == f"{PUBLIC}/webhooks/chat/status?a=&b=%2B34+9"


@pytest.mark.parametrize("called", ["/ventanilla/webhooks/chat/status", "/webhooks/chat/status"])
def test_a_path_in_the_public_address_may_be_stripped_by_the_proxy_or_left(sqlite_store: Store, called: str) -> None:
    public = "https://example.com/ventanilla/"
    with web_side(sqlite_store, public_url=public) as web:
        answer = web.call({}, path=called, signed_for="https://example.com/ventanilla/webhooks/chat/status")

    assert answer.status == 200


def test_headers_reach_the_hook_in_lower_case_and_a_get_has_no_body(sqlite_store: Store) -> None:
    with web_side(sqlite_store) as web:
        assert web.call(method="GET", headers={"X-Odd": "One"}).status == 200

    (request,) = web.hook.seen
    assert (request.method, request.body, request.headers["x-odd"]) == ("GET", b"", "One")


def test_while_the_store_is_away_a_provider_is_asked_to_come_again(sqlite_store: Store) -> None:
    class Away(Store):
        __slots__ = ()

        def write(self) -> Any:
            raise Temporary("the store did not answer")

    with web_side(Away(sqlite_store.engine, sqlite_store.blobs)) as web:
        answer = web.call({"items": {"SM1": "hola"}})

    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert ledger(sqlite_store) == []


def test_a_store_that_is_slow_to_answer_costs_a_provider_no_more_than_its_patience(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_app, "ANSWER_WITHIN", 0.2)
    with web_side(sqlite_store) as web:
        with sqlite_store.write():
            assert web.call({"items": {"SM1": "hola"}}).status == 503
        wait_until(lambda: ledger(sqlite_store) != [], what="the commit that was under way")

        assert web.call({"items": {"SM1": "hola"}}).status == 200
    assert ledger(sqlite_store) == [("chat", SOURCE, "SM1")]


def test_a_full_disk_asks_the_provider_to_come_again(sqlite_store: Store) -> None:
    sqlite_store.blobs.write_text("a file where the folder should be")
    with web_side(sqlite_store) as web:
        web.hook.largest = 1_000_000
        answer = web.call({"items": {"SM1": "x" * 300_000}})

    assert answer.status == 503
    assert ledger(sqlite_store) == []


def test_a_queue_that_is_away_changes_nothing_for_the_provider(sqlite_store: Store) -> None:
    def enqueue(ids: Sequence[int]) -> None:
        raise Temporary("queue: away")

    with web_side(sqlite_store, enqueue=enqueue) as web:
        assert web.call({"items": {"SM1": "hola"}}).status == 200
    assert len(ledger(sqlite_store)) == 1


def test_a_hook_that_fails_is_answered_500_and_the_next_call_is_taken(sqlite_store: Store) -> None:
    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    with web_side(sqlite_store) as web:
        web.hook.before = fail
        assert web.call({}).status == 500
        web.hook.before = lambda: None
        assert web.call({}).status == 200


def test_a_report_moves_the_letter_it_is_about(store: Store) -> None:
    with store.write() as connection:
        add_house(connection)
        add_letter(connection, via="chat", state="sent", external_id="SM9", sent_at=NOW)
    told: list[int] = []
    with web_side(store, failed=lambda _connection, row, _journal: told.append(row.id)) as web:
        for report in (["SM9", "failed", 9, "30005"], ["SM9", "delivered", 2, ""]):
            assert web.call({"reports": [report]}, path="/webhooks/chat/status").status == 200

    with store.read() as connection:
        row = connection.execute(sa.select(outbox)).one()
    assert (row.state, row.reason) == ("failed", "not delivered: 30005")
    assert told == [row.id]


def test_reasons_without_end_are_counted_together(sqlite_store: Store) -> None:
    with web_side(sqlite_store) as web:
        for number in range(50):
            web.webhooks.refusals.note("chat", f"reason {number}", path="")
        web.webhooks.refusals.flush(sqlite_store, now=NOW)

    assert len(counted(sqlite_store)) == 21
    assert sum(count for _, _, count in counted(sqlite_store)) == 50


def test_refusals_are_kept_while_the_store_is_away(sqlite_store: Store) -> None:
    class Away(Store):
        __slots__ = ()

        def write(self) -> Any:
            raise Temporary("the store did not answer")

    with web_side(sqlite_store) as web:
        web.webhooks.refusals.note("chat", "signature", path="")
        web.webhooks.refusals.flush(Away(sqlite_store.engine, sqlite_store.blobs), now=NOW)
        web.webhooks.refusals.flush(sqlite_store, now=NOW)

    assert counted(sqlite_store) == [("chat", "signature", 1)]


def test_a_flood_of_refused_calls_is_a_line_every_so_often_without_what_they_said(
    sqlite_store: Store,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desk.calls.refusals.SAY_EVERY", 3600.0)
    with web_side(sqlite_store) as web:
        for _ in range(30):
            web.call({"items": {"SM1": "un secreto"}}, signed_for="https://elsewhere.example/")
    got = capsys.readouterr()

    # where the lines go depends on whether another test has set the logs up
    assert (got.out + caplog.text).count("webhook_refused") == 1
    assert "secreto" not in got.out + got.err + caplog.text
