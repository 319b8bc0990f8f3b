"""What the API shows of cases, and what its moves do: the same names as the commands', page by page, nothing of this machine."""

from __future__ import annotations

import base64
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.desk.api_house import ApiHouse, Program, api_house, in_every_state
from ventanilla.keys import new_key
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, events, outbox
from ventanilla.words import CaseState, EventKind


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ApiHouse:
    return api_house(sqlite_store, tmp_path)


def pages(program: Program, **asked: Any) -> list[str]:
    """The keys of a whole list, read to its end by `next`."""
    keys: list[str] = []
    found = program.get("/cases", params=asked).json()
    for _ in range(50):
        keys += [one["key"] for one in found["items"]]
        if found["next"] is None:
            return keys
        found = program.get("/cases", params={**asked, "after": found["next"]}).json()
    raise AssertionError("it has no end")


def test_a_list_is_read_page_by_page_in_either_order(house: ApiHouse) -> None:
    states = in_every_state(house)
    with house.program("marta") as marta:
        whole = [one["key"] for one in marta.get("/cases").json()["items"]]
        by_due = [one["key"] for one in marta.get("/cases", params={"order": "due"}).json()["items"]]
        asked = pages(marta, limit=2), pages(marta, limit=2, order="due")

    assert sorted(whole) == sorted(by_due) == sorted(states.values())
    assert asked == (whole, by_due)
    assert by_due[0] in {states[CaseState.OPEN], states[CaseState.WAITING_THIRD_PARTY]}


def test_a_page_goes_on_where_it_was_though_cases_came_meanwhile(house: ApiHouse) -> None:
    keys = [house.site.receive(sender=f"Eva <eva{number}@clientes.example>") for number in range(3)]
    with house.program("marta") as marta:
        first = marta.get("/cases", params={"limit": 2, "team": "atencion"})
        house.site.receive(sender="Nuevo <nuevo@clientes.example>")
        link = first.headers["link"]
        second = marta.get(link.removeprefix("</api/v1").partition(">")[0])
        odd = [marta.get("/cases", params={"after": word}) for word in ("abc", "ñ", "W10", "W251bGxd", "")]
        other_order = marta.get("/cases", params={"after": first.json()["next"], "order": "due"})

    assert [one["key"] for one in first.json()["items"]] == [keys[2], keys[1]]
    assert 'rel="next"' in link
    assert [one["key"] for one in second.json()["items"]] == [keys[0]]
    assert (second.json()["next"], second.headers.get("link")) == (None, None)
    assert {one.status_code for one in (*odd, other_order)} == {422}
    assert odd[0].json()["errors"][0]["at"] == "query.after"


def test_a_list_is_narrowed_by_whatever_is_asked(store: Store, tmp_path: Path) -> None:
    house = api_house(store, tmp_path)
    states = in_every_state(house)
    key = house.site.receive(sender="Zoe Zapata <zoe@zapata.example>", subject="100% de descuento_")
    with house.program("marta") as marta:
        marta.act(f"/cases/{key}/tags", add=["VIP"])
        marta.act(f"/cases/{key}/priority", priority="high")

        def found(**asked: Any) -> list[str]:
            return pages(marta, **asked)

        assert found(state=["spam", "merged"]) == [states[CaseState.MERGED], states[CaseState.SPAM]]
        assert found(tag="vip") == found(priority="high") == found(q="zapata") == [key]
        assert found(q="100% de descuento_") == found(q=key.lower().replace("-", "")) == [key]
        assert found(q="100_") == found(team="otros") == found(channel="none") == found(kind="claim") == []
        assert set(found(waiting="true")) | set(found(waiting="false")) == {key, *states.values()}
        assert key in found(waiting="true")
        assert found(limit=3, order="due") == [one["key"] for one in marta.get("/cases?order=due").json()["items"]]
        owner = next(row.owner for row in house.house.rows(conversations) if row.key == key)
    with house.program(owner) as theirs:
        assert key in pages(theirs, owner="me")
        assert key not in pages(theirs, owner="marta")


def test_a_case_is_shown_whole_and_tells_nothing_of_this_machine(house: ApiHouse) -> None:
    key = house.site.receive(attachment=b"\x89PNG picture")
    with house.program("ana") as ana:
        whole = ana.get(f"/cases/{key.lower()}")
        messages = ana.get(f"/cases/{key}/messages").json()["items"]
        told = ana.get(f"/cases/{key}/events").json()["items"]
        file = ana.get("/" + messages[0]["attachments"][0]["url"])
        missing = [ana.get(f"/cases/{key}/files/{name}") for name in ("1-9", "0-0", "x", "-", "1-²")]

    assert whole.json()["messages"] == messages
    assert whole.json()["events"] == told
    assert told[0]["kind"] == "case_opened"
    assert str(house.house.folder) not in whole.text
    assert whole.json()["created_at"].endswith("Z")
    assert (file.content, file.headers["content-type"]) == (b"\x89PNG picture", "application/octet-stream")
    assert file.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in file.headers["content-security-policy"]
    assert {(one.status_code, one.json()["code"]) for one in missing} == {(404, "no_such_file")}


def test_the_key_of_a_merged_case_shows_the_one_it_went_into(house: ApiHouse) -> None:
    keys = in_every_state(house)
    with house.program("ana") as ana:
        shown = ana.get(f"/cases/{keys[CaseState.MERGED]}").json()

    assert (shown["key"], shown["former_keys"]) == (keys[CaseState.OPEN], [keys[CaseState.MERGED]])


def test_an_answer_goes_out_with_its_files_and_is_taken_back(house: ApiHouse) -> None:
    key = house.site.receive()
    file = {"filename": "nota.txt", "content_type": "text/plain", "content": base64.b64encode(b"hola").decode()}
    with house.program("ana") as ana:
        written = ana.act(f"/cases/{key}/reply", text="Aquí está", files=[file], resolve=True).json()
        kept = ana.get(f"/cases/{key}/files/{written['message_id']}-0")
        elsewhere = ana.act(f"/cases/{house.site.receive()}/undo", outbox_id=written["outbox_id"])
        undone = ana.act(f"/cases/{key}/undo", outbox_id=written["outbox_id"])

    assert kept.content == b"hola"
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "nothing_to_withdraw")
    assert undone.json() == {
        "key": key,
        "outbox_id": written["outbox_id"],
        "message_id": written["message_id"],
        "withdrawn": True,
    }
    assert [row.state for row in house.house.rows(outbox) if row.kind == "reply"] == ["dropped"]


def test_files_that_are_too_large_or_no_base64_are_refused(house: ApiHouse) -> None:
    key = house.site.receive()
    large = base64.b64encode(bytes(4 * 1024 * 1024)).decode()
    with house.program("ana") as ana:
        odd = ana.act(f"/cases/{key}/reply", text="a", files=[{"filename": "a.txt", "content": "%%%"}])
        path = ana.act(f"/cases/{key}/reply", text="a", files=[{"filename": "../a.txt", "content": "aGk="}])
        too_much = ana.act(f"/cases/{key}/reply", text="a", files=[{"filename": "a", "content": large}] * 3)

    assert (odd.status_code, odd.json()["errors"][0]["at"]) == (422, "body.files.0.content")
    assert path.status_code == 422
    assert (too_much.status_code, too_much.json()["code"]) == (413, "too_large")
    assert [row for row in house.house.rows(outbox) if row.kind == "reply"] == []


def test_a_move_stands_in_the_log_as_a_programs(house: ApiHouse) -> None:
    key = house.site.receive()
    with house.program("marta") as marta:
        moved = marta.act(f"/cases/{key}/transfer", to="luis", note="Para ti").json()
        late = marta.act(f"/cases/{key}/transfer", to="ana", assignment_number=1)

    noted = next(row for row in house.house.rows(events) if row.kind == EventKind.NOTED)
    assert (moved["owner"], moved["former_owner"], moved["changed"]) == ("luis", "ana", True)
    assert (noted.agent, noted.actor) == ("marta", "marta")
    assert (late.status_code, late.json()["code"], late.json()["values"]["owner"]) == (409, "moved_on", "luis")


NOT_THERE = new_key()
_CANNOT_BE: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("resolve", {}, 409, "unanswered"),
    ("reply", {"text": "  "}, 422, "no_text"),
    ("reply", {"text": "// para nosotros"}, 422, "is_a_note"),
    ("transfer", {"to": "olga"}, 422, "no_receiver"),
    ("merge", {"into": NOT_THERE}, 404, "no_such_case"),
    ("merge", {"into": "otra"}, 404, "no_key"),
    ("split", {"message": 999}, 422, "no_such_message"),
    ("wait", {"until": "2001-01-01T00:00:00Z"}, 422, "in_the_past"),
    ("wait", {"until": "2001-01-01T00:00:00"}, 422, "invalid"),
    ("wait", {"until": 1_900_000_000}, 422, "invalid"),
    ("called", {"outcome": "reached", "at": "2099-01-01T00:00:00+01:00"}, 422, "in_the_future"),
    ("tags", {"add": ["\n"]}, 422, "odd_tag"),
    ("receipt", {}, 409, "no_receipt_wanted"),
)


def test_what_cannot_be_says_why(house: ApiHouse) -> None:
    key = house.site.receive()
    with house.program("ana") as ana:
        answers = [(ana.act(f"/cases/{key}/{move}", **fields), move, fields) for move, fields, *_ in _CANNOT_BE]

    told = [(move, fields, answer.status_code, answer.json().get("code")) for answer, move, fields in answers]
    assert told == list(_CANNOT_BE)
    assert not [answer.json()["detail"] for answer, *_ in answers if "ventanilla " in answer.json()["detail"]]


def test_one_begins_cases_by_writing_and_by_entering_a_visit(house: ApiHouse) -> None:
    with house.program("ana") as ana:
        wrote = ana.act(
            "/cases", how="write", channel="soporte", to="eva@clientes.example", text="Ya está", subject="Hola"
        )
        visit = ana.act("/cases", how="in_person", name="Lucía", text="Una devolución", answer="Hecho")
        shown = [ana.get(f"/cases/{one.json()['key']}").json() for one in (wrote, visit)]
        nobody = ana.act("/cases", how="phone", text="Hola")
        odd = ana.act("/cases", how="pigeon")

    assert [one.status_code for one in (wrote, visit)] == [201, 201]
    assert [(one["owner"], one["origin"], one["state"]) for one in shown] == [
        ("ana", "staff", "waiting_customer"),
        ("ana", "in_person", "waiting_customer"),
    ]
    assert (nobody.status_code, nobody.json()["code"]) == (422, "nobody_to_know_by")
    assert (odd.status_code, odd.json()["errors"][0]["at"]) == (422, "body")


def test_people_say_for_themselves_that_they_are_away_and_supervisors_for_others(house: ApiHouse) -> None:
    until = (house.house.now + timedelta(days=2)).isoformat()
    with house.program("ana") as ana, house.program("marta") as marta:
        own = ana.act("/agents/ana/away", to=until, cover="luis").json()
        others = ana.act("/agents/luis/away")
        told = marta.act("/agents/luis/away").json()
        back = marta.act("/agents/luis/back").json()
        nobody = marta.act("/agents/eva/away")
        alone = marta.act("/agents/me/away", cover="marta")
        loads = {one["name"]: one["open"] for one in ana.get("/agents").json()["items"]}

    assert (own["presence"], own["absences"][0]["cover"]) == ("away", "luis")
    assert (others.status_code, others.json()["values"]["right"]) == (403, "supervise")
    assert [told["presence"], back["presence"]] == ["away", "on_duty"]
    assert [nobody.status_code, alone.status_code] == [404, 422]
    assert (loads["ana"], loads["luis"]) == (0, None)


def test_figures_of_a_person_are_for_that_person_and_for_whoever_oversees(house: ApiHouse) -> None:
    house.site.receive()
    with house.program("ana") as ana, house.program("olga", "read") as olga:
        own = ana.get("/report", params={"by": "agent", "metric": "first_response"})
        others = ana.get("/report", params={"agent": "luis"})
        whole = olga.get("/report", params={"from": "today", "by": "agent", "metric": "first_response"})
        odd = olga.get("/report", params={"from": "someday"})

    assert {one["group"] for one in own.json()["items"]} <= {"", "ana"}
    assert (others.status_code, others.json()["code"]) == (403, "not_for_you")
    assert [one["metric"] for one in islice(whole.json()["items"], 1)] == ["first_response"]
    assert odd.status_code == 422
