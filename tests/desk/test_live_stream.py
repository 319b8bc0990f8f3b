"""The stream of news as a browser gets it: who is told what, how it begins, how it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from desk import server as desk_server
from desk.live import hub as desk_hub
from desk.live import live as desk_live
from desk.words import say
from router.moves.note import add_note
from router.moves.transfer import transfer
from tests.desk.live_house import listening, listening_app
from tests.desk.site_house import SiteHouse, site_house, visiting
from tests.servers.chromium import served
from tests.servers.patience import slowness
from tests.servers.ports import wait_until
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.sessions import end_sessions
from ventanilla.store.tables import conversations
from ventanilla.words import EventKind


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteHouse:
    monkeypatch.setattr(desk_hub, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(desk_live, "APART", 0.02)
    return site_house(sqlite_store, tmp_path)


def presence_changes(house: SiteHouse, agent: str) -> None:
    """Something that this person alone, and whoever oversees, is told of."""
    journal = Journal(now=house.house.now, actor="sweeper")
    journal.add(EventKind.PRESENCE, agent=agent, data={"on_duty": True})
    with house.house.store.write() as connection:
        journal.flush(connection)


def hand_over(house: SiteHouse, key: str, *, to: str, by: str = "marta") -> None:
    with house.desk.moving(by) as move:
        transfer(move, key, to)


@pytest.fixture
def root(house: SiteHouse) -> Iterator[str]:
    with served(listening_app(house)) as root:
        yield root


def test_whose_case_it_is_hears_of_it_and_others_do_not(house: SiteHouse, root: str) -> None:
    key = house.receive(subject="Pedido 7", message_id="<1@clientes.example>")
    owner = house.house.rows(conversations)[0].owner
    house.house.later(minutes=5)
    with (
        listening(root, house, owner, f"?see={key}") as mine,
        listening(root, house, "luis" if owner == "ana" else "ana", f"?see={key}") as colleague,
        listening(root, house, "pau", f"?see={key}") as stranger,
        listening(root, house, "marta") as supervisor,
    ):
        house.receive(text="¿Nada aún?", headers={"In-Reply-To": "<1@clientes.example>"})
        presence_changes(house, "pau")

        told = mine.told()
        assert set(told["topics"]) == {"cases", f"case:{key}"}
        assert [notice["occasion"] for notice in told["notices"]] == ["wrote"]
        # the same team: they may see that very case, which they look at; it is on no list of theirs
        assert colleague.told() == {"topics": [f"case:{key}"], "notices": []}
        assert supervisor.told() == {"topics": ["board"], "notices": []}
        assert stranger.told() == {"topics": ["cases"], "notices": []}


def test_who_loses_a_case_hears_that_their_list_changed_and_nothing_of_the_case(house: SiteHouse, root: str) -> None:
    key = house.receive()
    hand_over(house, key, to="pau")
    house.house.later(minutes=5)
    with listening(root, house, "pau", f"?see={key}") as before, listening(root, house, "luis") as after:
        hand_over(house, key, to="luis")

        assert before.told() == {"topics": ["cases"], "notices": []}
        told = after.told()
        assert told["topics"] == ["cases"]
        assert [notice["title"] for notice in told["notices"]] == [say("es", "live.notice_new", key=key)]


def test_nobody_is_told_of_what_they_did_themselves(house: SiteHouse, root: str) -> None:
    key = house.receive()
    owner = house.house.rows(conversations)[0].owner
    house.house.later(minutes=5)
    with listening(root, house, "pau") as stream:
        hand_over(house, key, by=owner, to="pau")
        assert len(stream.told()["notices"]) == 1
        house.house.later(minutes=5)
        with house.desk.moving("pau") as move:
            add_note(move, key, "lo miro")

        assert stream.told() == {"topics": ["cases"], "notices": []}


def test_a_page_that_was_drawn_before_its_stream_began_misses_nothing(house: SiteHouse, root: str) -> None:
    house.house.later(minutes=5)
    with listening(root, house, "marta") as first:
        house.receive()
        assert first.told()["topics"] == ["board"]
        house.house.later(seconds=5)
        with listening(root, house, "marta", "?age=8") as late:
            assert late.told()["topics"] == ["board"]
        with listening(root, house, "marta", "?age=1") as fresh:
            presence_changes(house, "marta")
            assert set(fresh.told()["topics"]) == {"board", "cases"}


def test_a_notice_of_a_new_case_has_the_subject_only_where_the_file_lets_it(house: SiteHouse, root: str) -> None:
    with listening(root, house, "ana") as ana, listening(root, house, "luis") as luis:
        key = house.receive(subject="¿Y mi pedido?")
        told = (ana if house.house.rows(conversations)[0].owner == "ana" else luis).told()

    assert told["notices"] == [
        {"key": key, "occasion": "new", "title": say("es", "live.notice_new", key=key), "body": "¿Y mi pedido?"}
    ]


@pytest.mark.parametrize(("agent", "query"), [(None, ""), (None, "?probe=1")])
def test_a_stranger_gets_no_stream(house: SiteHouse, agent: str | None, query: str) -> None:
    with visiting(house, agent) as browser:
        assert browser.get(f"/live{query}").status_code == 401


def test_a_page_of_another_site_gets_no_stream(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        assert browser.get("/live", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert browser.get("/live?probe=1").status_code == 204


def test_a_stream_says_when_its_session_is_over_and_ends(
    house: SiteHouse, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_live, "LOOK_AGAIN", 0.05)
    with listening(root, house, "ana") as stream:
        journal = Journal(now=house.house.now, actor="ana")
        with house.house.store.write() as connection:
            end_sessions(connection, "ana", journal=journal)
            journal.flush(connection)

        assert stream.next() == ("over", {})
        assert stream.next() is None


def test_more_streams_than_one_process_holds_are_asked_to_come_again(
    house: SiteHouse, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_live, "MOST", 1)
    with listening(root, house, "ana"), listening(root, house, "luis") as refused:
        assert refused.answer.status == 503
        assert refused.answer.getheader("retry-after") == "30"
        assert refused.answer.read() == b"too many streams are open\n"
    wait_until(lambda: not house.app.state.site.live.hub.streams, what="the end of the first")
    with listening(root, house, "luis") as stream:
        assert stream.answer.status == 200


def test_a_stream_lives_longer_than_a_request_may_take_and_gives_signs_of_life(
    house: SiteHouse, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_live, "BEAT", 0.05)
    monkeypatch.setattr(desk_live, "APART", 0.05)
    monkeypatch.setattr(desk_server, "READ_WITHIN", 0.1)
    with listening(root, house, "ana") as stream:
        assert [stream.next() for _ in range(4)] == [("beat", {})] * 4
        headers = {name.lower(): value for name, value in stream.answer.getheaders()}
    assert headers["x-accel-buffering"] == "no"
    assert headers["content-type"].startswith("text/event-stream")


def test_the_server_ends_at_once_though_streams_are_open(house: SiteHouse) -> None:
    with ExitStack() as streams:
        with served(listening_app(house)) as root:
            for agent in ("ana", "luis", "marta"):
                streams.enter_context(listening(root, house, agent))
            before, pace = time.monotonic(), slowness()
        assert time.monotonic() - before < pace * desk_server.GRACE / 2


def test_what_happens_within_a_moment_is_told_together(
    house: SiteHouse, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[float] = []
    send = desk_live._send

    async def noted(to: Any, message: Any) -> None:
        if b"told" in message.get("body", b""):
            sent.append(time.monotonic())
        await send(to, message)

    monkeypatch.setattr(desk_live, "_send", noted)
    monkeypatch.setattr(desk_live, "APART", 0.3)
    with listening(root, house, "marta") as stream:
        for number in range(4):
            house.receive(sender=f"cliente{number}@clientes.example", subject=str(number))
            if number != 1:  # what this one brings comes with the next
                assert stream.told()["topics"] == ["board"]
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(sent))
    assert len(sent) >= 3
