"""An idempotency key: the same request again is answered alike and done once, whoever sends it at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.api import call as calls
from tests.desk.api_house import ApiHouse, Program, api_house
from ventanilla.errors import Temporary
from ventanilla.store.api_requests import KEPT, forget_old_requests, keep_answer
from ventanilla.store.engine import Store
from ventanilla.store.tables import absences, api_requests, conversations, inbox, messages, notes, outbox

WITHIN = 20.0


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ApiHouse:
    return api_house(store, tmp_path)


@pytest.fixture
def quick_house(sqlite_store: Store, tmp_path: Path) -> ApiHouse:
    return api_house(sqlite_store, tmp_path)


def replies(house: ApiHouse) -> int:
    return len([row for row in house.house.rows(outbox) if row.kind == "reply"])


def test_the_same_again_is_the_same_answer_and_nothing_more(house: ApiHouse) -> None:
    key = house.site.receive()
    with house.program("ana") as ana:
        first = ana.act(f"/cases/{key}/reply", key="one", text="Sale hoy")
        house.house.later(hours=1)
        again = ana.act(f"/cases/{key}/reply", key="one", text="Sale hoy")
        quoted = ana.act(f"/cases/{key}/reply", key='"one"', text="Sale hoy")

    assert first.status_code == again.status_code == 200
    assert first.content == again.content == quoted.content
    assert [one.headers.get("idempotency-replayed") for one in (first, again, quoted)] == [None, "true", "true"]
    assert replies(house) == 1


def test_another_request_under_the_same_key_is_refused(quick_house: ApiHouse) -> None:
    key = quick_house.site.receive()
    with quick_house.program("ana") as ana:
        ana.act(f"/cases/{key}/notes", key="one", text="Hola")
        body = ana.act(f"/cases/{key}/notes", key="one", text="Adiós")
        path = ana.act(f"/cases/{key}/take", key="one")
        odd = ana.act(f"/cases/{key}/take", key="two words")

    assert [(one.status_code, one.json()["code"]) for one in (body, path)] == [(422, "key_used")] * 2
    assert odd.json()["errors"][0]["at"] == "header.Idempotency-Key"
    assert len(quick_house.house.rows(notes)) == 1


def test_a_key_is_its_agents_own(quick_house: ApiHouse) -> None:
    key = quick_house.site.receive()
    with quick_house.program("ana") as ana, quick_house.program("marta") as marta:
        ana.act(f"/cases/{key}/notes", key="one", text="Hola")
        other = marta.act(f"/cases/{key}/notes", key="one", text="Otra cosa")

    assert (other.status_code, other.headers.get("idempotency-replayed")) == (200, None)
    assert len(quick_house.house.rows(notes)) == 2


def test_what_was_refused_may_be_sent_again_corrected_under_its_key(quick_house: ApiHouse) -> None:
    key = quick_house.site.receive()
    with quick_house.program("ana") as ana:
        refused = ana.act(f"/cases/{key}/resolve", key="one")
        done = ana.act(f"/cases/{key}/resolve", key="one", reason="Ya no lo quiere")

    assert (refused.status_code, refused.json()["code"]) == (409, "unanswered")
    assert (done.status_code, done.json()["state"]) == (200, "resolved")


def test_two_at_once_are_done_once(house: ApiHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is stopped in the middle of its move; the second is told that it is being answered."""
    key = house.site.receive()
    reached, go_on = threading.Event(), threading.Event()

    def stopped(*given: Any, **named: Any) -> None:
        keep_answer(*given, **named)
        reached.set()
        assert go_on.wait(WITHIN)

    monkeypatch.setattr(calls, "keep_answer", stopped)
    with house.program("ana") as ana, ThreadPoolExecutor(1) as pool:
        first = pool.submit(ana.act, f"/cases/{key}/reply", key="one", text="Sale hoy")
        assert reached.wait(WITHIN)
        second = ana.act(f"/cases/{key}/reply", key="one", text="Sale hoy")
        go_on.set()
        done = first.result(WITHIN)
        third = ana.act(f"/cases/{key}/reply", key="one", text="Sale hoy")

    assert (second.status_code, second.json()["code"]) == (409, "being_answered_already")
    assert second.headers["retry-after"] == "1"
    assert (done.status_code, third.status_code) == (200, 200)
    assert third.content == done.content
    assert replies(house) == 1


def test_two_processes_at_once_do_it_once_and_answer_alike(house: ApiHouse, tmp_path: Path) -> None:
    key, token = house.site.receive(), house.token("ana")
    (tmp_path / "other").mkdir()
    other = api_house(house.house.store, tmp_path / "other")
    start = threading.Barrier(2)

    def send(program: Program) -> Any:
        start.wait(WITHIN)
        return program.act(f"/cases/{key}/reply", key="one", text="Sale hoy")

    with Program(house.app, token) as here, Program(other.app, token) as there, ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, (here, there)))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == ["", "true"]
    assert replies(house) == 1


def test_a_crash_before_the_commit_leaves_nothing_and_the_same_again_does_it(
    house: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = house.site.receive()

    def crash(*_: Any, **__: Any) -> None:
        raise Temporary("the power went")

    with house.program("ana") as ana:
        monkeypatch.setattr(calls, "keep_answer", crash)
        broken = ana.act(f"/cases/{key}/reply", key="one", text="Sale hoy")
        monkeypatch.undo()
        left = replies(house), len(house.house.rows(api_requests))
        done = ana.act(f"/cases/{key}/reply", key="one", text="Sale hoy")

    assert (broken.status_code, broken.headers["retry-after"]) == (503, "1")
    assert left == (0, 0)
    assert (done.status_code, replies(house)) == (200, 1)


def test_a_visit_is_entered_once_though_it_was_cut_off_half_way(
    quick_house: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = quick_house
    visit = {"how": "in_person", "name": "Lucía", "text": "Una devolución", "answer": "Hecho"}

    def crash(*_: Any, **__: Any) -> None:
        raise Temporary("the power went")

    with house.program("ana") as ana:
        monkeypatch.setattr("desk.api.moving.beginning.called", crash)
        broken = ana.act("/cases", key="one", **visit)
        monkeypatch.undo()
        done = ana.act("/cases", key="one", **visit)
        again = ana.act("/cases", key="one", **visit)

    assert [one.status_code for one in (broken, done, again)] == [503, 201, 201]
    assert (again.content, again.headers["idempotency-replayed"]) == (done.content, "true")
    assert len(house.house.rows(conversations)) == 1
    assert len([row for row in house.house.rows(inbox) if row.channel == "in_person"]) == 1
    assert len([row for row in house.house.rows(messages) if row.outcome == "reached"]) == 1


def test_an_absence_is_said_once_under_its_key(quick_house: ApiHouse) -> None:
    with quick_house.program("ana") as ana:
        first = ana.act("/agents/me/away", key="one", cover="luis")
        back = ana.act("/agents/me/back", key="two")
        again = ana.act("/agents/me/away", key="one", cover="luis")

    assert (first.json()["presence"], back.json()["presence"]) == ("away", "on_duty")
    assert again.content == first.content
    assert quick_house.house.rows(absences) == []


def test_answers_are_kept_for_a_day(store: Store, tmp_path: Path) -> None:
    house = api_house(store, tmp_path)
    key = house.site.receive()
    with house.program("ana") as ana:
        ana.act(f"/cases/{key}/tags", key="one", add=["a"])
        house.house.later(hours=25)
        fresh = ana.act(f"/cases/{key}/tags", key="one", add=["b"])
        house.house.later(hours=23)
        kept = forget_old_requests(store, before=house.house.now - KEPT)
        house.house.later(hours=2)
        forgotten = forget_old_requests(store, before=house.house.now - KEPT)

    assert (fresh.status_code, fresh.headers.get("idempotency-replayed")) == (200, None)
    assert (kept, forgotten) == (0, 1)
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(api_requests)) == 0
