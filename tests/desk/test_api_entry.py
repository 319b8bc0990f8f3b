"""Who may come to the API, how often, and what they get where they may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from desk.api.pace import Pace
from tests.desk.api_house import ApiHouse, api_house
from tests.desk.site_house import visiting
from ventanilla.keys import new_key
from ventanilla.store.api_tokens import revoke_tokens
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import api_tokens, looks
from ventanilla.words import LookedAt

PROBLEM = "application/problem+json"


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ApiHouse:
    return api_house(sqlite_store, tmp_path)


def test_nobody_comes_in_without_a_token_or_with_a_wrong_one(house: ApiHouse) -> None:
    with house.program(None) as stranger:
        bare = stranger.get("/me")
        answers = [
            stranger.get("/me", headers={b"Authorization": value})
            for value in (b"Bearer vnt_wrong", b"Basic dXNlcjpwYXNz", b"Bearer", b"Bearer vnt_\xf1")
        ]

    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, 'Bearer realm="ventanilla"')
    assert bare.json()["code"] == "not_known"
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_token_that_was_revoked_lets_nobody_in(house: ApiHouse) -> None:
    with house.program("ana") as ana:
        assert ana.get("/me").status_code == 200
        journal = Journal(now=house.house.now, actor="tests")
        with house.house.store.write() as connection:
            revoke_tokens(connection, "ana", journal=journal)
            journal.flush(connection)

        assert ana.get("/me").status_code == 401


def test_a_token_does_no_more_than_its_scopes_and_its_agent_may(house: ApiHouse) -> None:
    key = house.site.receive()
    with house.program("ana", "read") as reads, house.program("ana", "write") as writes, house.program("olga") as olga:
        refused = reads.act(f"/cases/{key}/notes", text="Hola")
        noted = writes.act(f"/cases/{key}/notes", text="Hola")
        blind = writes.get(f"/cases/{key}")
        auditor = olga.act(f"/cases/{key}/notes", text="Hola")
        overseeing = reads.get("/status")

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert refused.json()["values"] == {"right": "act", "role": "agent"}
    assert noted.status_code == 200
    assert [blind.status_code, auditor.status_code, overseeing.status_code] == [403, 403, 403]


def test_a_case_of_others_is_not_there_whatever_is_asked_of_it(house: ApiHouse) -> None:
    key = house.site.receive(attachment=b"\x89PNG")
    with house.program("pau") as pau, house.program("ana") as ana:
        seen = [pau.get(f"/cases/{key}{rest}") for rest in ("", "/messages", "/events", "/files/1-0")]
        done = [pau.act(f"/cases/{key}/{move}") for move in ("take", "accept", "reopen", "unmerge")]
        done.append(pau.act(f"/cases/{key}/notes", text="Hola"))
        absent = pau.get(f"/cases/{new_key()}")
        listed = pau.get("/cases").json()["items"], pau.get("/customers").json()["items"]
        owns = ana.get(f"/cases/{key}")
        customer = pau.get(f"/customers/{owns.json()['contact_id']}")

    assert {answer.status_code for answer in (*seen, *done, absent, customer)} == {404}
    assert {answer.json()["code"] for answer in (*seen, *done, absent)} == {"no_such_case"}
    assert listed == ([], [])
    assert owns.status_code == 200


def test_a_page_writes_by_its_session_with_its_own_mark_alone(house: ApiHouse) -> None:
    key = house.site.receive()
    house.site.app = house.app
    with visiting(house.site, "ana") as browser:
        path = f"http://desk.example/api/v1/cases/{key}/notes"
        looked = browser.get(f"http://desk.example/api/v1/cases/{key}")
        bare = browser.post(path, json={"text": "Hola"})
        foreign = browser.post(
            path, json={"text": "Hola"}, headers={"X-CSRF-Token": browser.csrf, "Sec-Fetch-Site": "cross-site"}
        )
        ours = browser.post(path, json={"text": "Hola"}, headers={"X-CSRF-Token": browser.csrf})

    assert [one.status_code for one in (looked, bare, foreign, ours)] == [200, 403, 403, 200]
    assert bare.json()["code"] == "no_csrf"


def test_a_token_that_asks_too_fast_waits_and_the_others_do_not(sqlite_store: Store, tmp_path: Path) -> None:
    seconds = [0.0]
    house = api_house(sqlite_store, tmp_path, pace=Pace(clock=lambda: seconds[0], rate=0.5, burst=2))
    with house.program("ana") as ana, house.program("luis") as luis:
        statuses = [ana.get("/me").status_code for _ in range(2)]
        refused = ana.get("/me")
        other = luis.get("/me")
        seconds[0] = 2.0
        again = ana.get("/me")

    assert statuses == [200, 200]
    assert (refused.status_code, refused.headers["retry-after"], refused.json()["code"]) == (429, "2", "too_many")
    assert [other.status_code, again.status_code] == [200, 200]


def test_the_pace_remembers_so_many_and_no_more() -> None:
    pace = Pace(clock=lambda: 0.0, burst=1, most=3)

    assert [pace.take(f"token {number}") for number in range(5)] == [0] * 5
    assert pace.take("token 4") > 0
    assert pace.take("token 0") == 0
    assert len(pace._buckets) == 3


def test_when_a_token_was_used_and_what_it_looked_at_is_on_record(house: ApiHouse) -> None:
    key = house.site.receive()
    with house.program("ana") as ana:
        ana.get(f"/cases/{key}")
        ana.get(f"/cases/{key}")
        ana.get("/customers", params={"q": "lucia"})

    (token,) = house.house.rows(api_tokens)
    assert token.used_at == house.house.now
    assert [(row.agent, row.what, row.token_id) for row in house.house.rows(looks)] == [
        ("ana", LookedAt.CASE, token.id),
        ("ana", LookedAt.SEARCH, token.id),
    ]


def test_addresses_and_methods_that_are_not_there_say_so_in_the_same_form(house: ApiHouse) -> None:
    with house.program("ana") as ana:
        nowhere, slash = ana.get("/nowhere"), ana.get("/cases/")
        wrong = ana.delete("/cases")
        one = ana.put("/cases/K7M-Q2X-VTR/reply")

    assert [answer.status_code for answer in (nowhere, slash, wrong, one)] == [404, 404, 405, 405]
    assert (wrong.headers["allow"], one.headers["allow"]) == ("GET, POST", "POST")
    for answer in (nowhere, slash, wrong, one):
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["status"] == answer.status_code
        assert answer.headers["cache-control"] == "no-store"


def test_what_is_too_large_is_not_read(house: ApiHouse) -> None:
    key = house.site.receive()
    with house.program("ana") as ana:
        answer = ana.act(f"/cases/{key}/notes", text="a" * 300_000)
        undeclared = ana.post(f"/cases/{key}/notes", content=iter([b" " * 200_000] * 3))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert undeclared.status_code == 413


_UNFIT = (
    (b'{"text": 5}', "body.text"),
    (b'{"text": "a", "txet": "b"}', "body.txet"),
    (b'{"text": "a\\u0000b"}', "body"),
    (b'{"text": "\\ud800"}', "body"),
    (b'{"text": ', "body"),
    (b"\xff", "body"),
    (b"[" * 200_000, "body"),
    (b"NaN", "body"),
    (b"", "body"),
)


def test_what_does_not_fit_is_named_and_never_repeated(house: ApiHouse) -> None:
    key = house.site.receive()
    headers = {"Content-Type": "application/json"}
    with house.program("ana") as ana:
        answers = [ana.post(f"/cases/{key}/notes", content=body, headers=headers) for body, _ in _UNFIT]

    assert {(answer.status_code, answer.headers["content-type"]) for answer in answers} == {(422, PROBLEM)}
    assert [[flaw["at"] for flaw in answer.json()["errors"]] for answer in answers] == [[at] for _, at in _UNFIT]


def test_an_error_that_nobody_foresaw_is_told_by_its_number_alone(
    house: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the customer wrote this")

    monkeypatch.setattr("desk.api.reading.house.usable_answers", broken)
    with house.program("ana") as ana, capture_logs() as logged:
        answer = ana.get("/answers")

    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "customer" not in answer.text
    assert [(one["event"], one["number"]) for one in logged] == [("api_failed", answer.json()["values"]["number"])]
