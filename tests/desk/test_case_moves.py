"""What people do from a case's page: answers that go out, are taken back or are refused, and every other move."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.reply import Answer, write_reply
from tests.desk.site_house import Browser, SiteHouse, site_house, text_of, visiting
from tests.router.moving import go_out
from ventanilla.store.engine import Store
from ventanilla.store.tables import attachments, conversations, messages, notes, outbox
from ventanilla.words import Direction

LAW = """
[promises.reclamaciones]
applies_to = { kind = ["complaint", "claim"] }
calendar = "espana"
pack = "es-ley-10-2025"
bodies = "Junta Arbitral de Consumo"

[calendars.espana]
hours = { mon-fri = ["09:00-14:00"] }
holidays = { country = "ES" }
"""


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path, members='"ana"', more=LAW)


@pytest.fixture
def key(house: SiteHouse) -> str:
    return house.receive(message_id="<1@clientes.example>", text="Hola, ¿cuándo llega?")


def case_of(house: SiteHouse, key: str) -> sa.Row[Any]:
    (row,) = house.house.rows(conversations, lambda table: table.c.key == key)
    return row


def fields(html: str, form: str) -> dict[str, str]:
    """The hidden fields of one form of a page."""
    part = html[html.index(f'action="{form}"') :].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', part))


def answer(browser: Browser, key: str, text: str, **more: Any) -> Any:
    form = fields(browser.get(f"/cases/{key}").text, f"/cases/{key}/answer")
    form.pop("csrf")
    return browser.submit(f"/cases/{key}/answer", **{**form, "text": text, **more})


def answers(house: SiteHouse) -> list[Any]:
    return house.house.rows(messages, lambda table: table.c.direction == Direction.OUT)


def test_an_answer_goes_out_after_the_seconds_in_which_it_can_be_undone(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        sent = answer(browser, key, "Mañana por la mañana.")
        page = text_of(browser.get(f"/cases/{key}").text)

    (message,) = answers(house)
    (letter,) = house.house.rows(outbox, lambda table: table.c.id == message.outbox_id)
    assert sent.status_code == 303
    assert letter.not_before == house.house.now + timedelta(seconds=10)
    assert "Sale en 10 s" in page
    assert message.side == "desk"


def test_the_same_form_sent_twice_is_one_answer(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        form = fields(browser.get(f"/cases/{key}").text, f"/cases/{key}/answer") | {"text": "Mañana."}
        twice = [browser.submit(f"/cases/{key}/answer", **form).status_code for _ in range(2)]

    assert twice == [303, 303]
    assert len(answers(house)) == 1


def test_another_text_under_a_mark_that_went_out_is_not_lost(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        form = fields(browser.get(f"/cases/{key}").text, f"/cases/{key}/answer")
        browser.submit(f"/cases/{key}/answer", **form | {"text": "Mañana."})
        refused = browser.submit(f"/cases/{key}/answer", **form | {"text": "Y el jueves."})
        again = fields(refused.text, f"/cases/{key}/answer") | {"text": "Y el jueves."}
        sent = browser.submit(f"/cases/{key}/answer", **again)

    assert (refused.status_code, sent.status_code) == (409, 303)
    assert [row.text for row in answers(house)] == ["Mañana.", "Y el jueves."]


def test_an_answer_that_is_taken_back_stands_in_the_form_again(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        answer(browser, key, "Con una errata", files=[("files", ("a.txt", b"hola", "text/plain"))])
        undone = browser.submit(f"/cases/{key}/undo/{answers(house)[0].outbox_id}")
        page = browser.get(undone.headers["location"]).text

    assert ">Con una errata</textarea>" in page
    assert "a.txt" in page.partition('id="answer"')[2]
    assert house.house.rows(outbox, lambda table: table.c.kind == "reply")[0].state == "dropped"


def test_an_answer_is_kept_where_the_customer_wrote_again_and_sent_when_that_is_read(
    house: SiteHouse, key: str
) -> None:
    with visiting(house, "ana") as browser:
        form = fields(browser.get(f"/cases/{key}").text, f"/cases/{key}/answer") | {"text": "Mañana."}
        house.house.later(minutes=1)
        house.receive(
            message_id="<2@clientes.example>",
            headers={"In-Reply-To": "<1@clientes.example>", "References": "<1@clientes.example>"},
            text="Ya no lo quiero",
        )
        refused = browser.submit(f"/cases/{key}/answer", **form)
        again = fields(refused.text, f"/cases/{key}/answer") | {"text": "Mañana."}
        sent = browser.submit(f"/cases/{key}/answer", **again)

    assert refused.status_code == 409
    assert "ha vuelto a escribir" in text_of(refused.text)
    assert "Ya no lo quiero" in refused.text
    assert ">Mañana.</textarea>" in refused.text
    assert sent.status_code == 303


def test_an_answer_is_kept_where_a_colleague_answered(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        form = fields(browser.get(f"/cases/{key}").text, f"/cases/{key}/answer") | {"text": "Mañana."}
        house.house.later(minutes=1)
        with house.desk.moving("marta") as move:
            written = write_reply(move, find_case(move, key), Answer(text="Hoy mismo"))
        go_out(house.house, written.outbox_id)
        refused = browser.submit(f"/cases/{key}/answer", **form)

    assert refused.status_code == 409
    assert "Marta contestó" in text_of(refused.text)
    assert "Enviar de todos modos" in text_of(refused.text)


def test_files_go_along_and_survive_a_refusal(house: SiteHouse, key: str) -> None:
    files = [("files", ("C:\\fotos\\grieta.png", b"\x89PNG", "image/png"))]
    with visiting(house, "ana") as browser:
        refused = answer(browser, key, "// esto es una nota", files=files)
        kept = re.search(r'name="kept" value="([^"]+)"', refused.text)
        assert kept is not None
        sent = answer(browser, key, "Va adjunto", kept=kept[1])

    assert (refused.status_code, sent.status_code) == (409, 303)
    assert [row.filename for row in house.house.rows(attachments)] == ["grieta.png"]


def test_a_file_that_nobody_gave_is_not_sent(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        answer(browser, key, "Va adjunto", kept="AAAA")

    assert not house.house.rows(attachments)


def test_an_odd_copy_is_said_before_anything_goes_out(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        refused = answer(browser, key, "Hola", cc="luis@example.org, nadie")

    assert refused.status_code == 409
    assert "«nadie» no es una dirección" in text_of(refused.text)
    assert not answers(house)


def test_nobody_answers_for_a_colleague_who_did_not_ask(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    key = house.receive()
    other = {"ana": "luis", "luis": "ana"}[case_of(house, key).owner]
    with visiting(house, other) as browser:
        refused = browser.submit(f"/cases/{key}/answer", text="Hola", once="x", seen="1")

    assert refused.status_code == 409
    assert not answers(house)


def test_a_note_is_written_once_and_goes_to_nobody(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        for _ in range(2):
            browser.submit(f"/cases/{key}/do/note", text="Ojo, @luis", once="n1")

    assert [row.text for row in house.house.rows(notes)] == ["Ojo, @luis"]
    assert not answers(house)


def test_a_case_is_handed_over_with_a_word(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        number = case_of(house, key).assignment_number
        browser.submit(f"/cases/{key}/do/transfer", to="marta", note="Es un cliente suyo", number=number)
        late = browser.submit(f"/cases/{key}/do/transfer", to="luis", number=number)

    assert case_of(house, key).owner == "marta"
    assert [row.text for row in house.house.rows(notes)] == ["Es un cliente suyo"]
    assert late.status_code == 409


def test_a_refused_move_keeps_what_was_written(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        refused = browser.submit(f"/cases/{key}/do/resolve")
        page = text_of(refused.text)
        done = browser.submit(f"/cases/{key}/do/resolve", no_reply_needed="1")

    assert refused.status_code == 409
    assert "espera desde hoy a las 10:00" in page
    assert done.status_code == 303
    assert case_of(house, key).state == "resolved"


def test_a_case_is_classified_tagged_and_made_urgent(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        browser.submit(f"/cases/{key}/do/tags", add="vip, facturas")
        browser.submit(f"/cases/{key}/do/tags", had=["vip", "facturas"], keep="facturas")
        browser.submit(f"/cases/{key}/do/priority", priority="urgent")
        browser.submit(f"/cases/{key}/do/kind", kind="complaint", reason="Pide la hoja")

    case = case_of(house, key)
    assert (case.tags, case.priority, case.kind) == (["facturas"], "urgent", "complaint")


def test_a_claim_says_what_the_law_wants_and_ends_with_its_reason(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        browser.submit(f"/cases/{key}/do/kind", kind="claim")
        page = text_of(browser.get(f"/cases/{key}").text)
        form = browser.get(f"/cases/{key}/do/resolve").text
        answer(browser, key, "No procede. Puede acudir a la Junta Arbitral de Consumo.")
        go_out(house.house, answers(house)[0].outbox_id)
        no_reason = browser.submit(f"/cases/{key}/do/resolve", upheld="no")
        browser.submit(f"/cases/{key}/do/resolve", upheld="no", reason="Fuera de plazo")
        after = text_of(browser.get(f"/cases/{key}").text)

    assert "Lo que exige la ley" in page
    assert "¿Tenía razón el cliente?" in form
    assert no_reason.status_code == 409
    assert case_of(house, key).state == "resolved"
    assert "no la tenía" in after


def test_a_case_waits_for_others_until_a_moment_of_the_house(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        past = browser.submit(f"/cases/{key}/do/wait", until="2026-11-20T10:00")
        odd = browser.submit(f"/cases/{key}/do/wait", until="mañana")
        browser.submit(f"/cases/{key}/do/wait", until="2026-11-27T10:00")
        waits = case_of(house, key)
        browser.submit(f"/cases/{key}/do/wait_no_more")

    assert (past.status_code, odd.status_code) == (409, 422)
    assert waits.wait_until.isoformat() == "2026-11-27T09:00:00+00:00"
    assert case_of(house, key).state == "open"


def test_two_cases_become_one_and_two_again(house: SiteHouse, key: str) -> None:
    other = house.receive(subject="Otra", text="Otra cosa", message_id="<3@clientes.example>")
    with visiting(house, "ana") as browser:
        browser.submit(f"/cases/{key}/do/merge", into=other)
        page = browser.get(f"/cases/{other}").text
        browser.submit(f"/cases/{other}/do/unmerge", which=key)

    assert f"llegó con {key}" in text_of(page)
    assert {case_of(house, each).state for each in (key, other)} == {"open"}


def test_a_message_is_split_off(house: SiteHouse, key: str) -> None:
    house.receive(
        message_id="<2@c.example>", headers={"In-Reply-To": "<1@clientes.example>"}, text="Y otra cosa: ¿abrís?"
    )
    newest = house.house.rows(messages)[-1].id
    with visiting(house, "ana") as browser:
        done = browser.submit(f"/cases/{key}/do/split", message=newest)

    new = house.house.rows(conversations)[-1].key
    assert done.headers["location"] == f"/cases/{new}"
    assert new != key


def test_a_call_that_reached_the_customer_is_an_answer(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        browser.submit(f"/cases/{key}/do/called", outcome="no_answer", once="c1")
        waits = case_of(house, key).waiting_since
        browser.submit(f"/cases/{key}/do/called", outcome="reached", text="El martes", once="c2")

    assert waits is not None
    assert case_of(house, key).waiting_since is None


def test_a_collaborator_is_added_and_leaves(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser, visiting(house, "pau") as other:
        assert other.get(f"/cases/{key}").status_code == 404
        browser.submit(f"/cases/{key}/do/collaborate", agent="pau")
        assert 'id="answer"' in other.get(f"/cases/{key}").text
        other.submit(f"/cases/{key}/do/collaborate", agent="pau", remove="1")
        assert other.get(f"/cases/{key}").status_code == 404


def test_a_form_of_another_site_moves_nothing(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        forged = browser.post(f"/cases/{key}/do/spam", data={"csrf": "x"})

    assert forged.status_code == 403
    assert case_of(house, key).state == "open"


def test_an_answer_of_another_case_is_not_taken_back_here(house: SiteHouse, key: str) -> None:
    other = house.receive(subject="Otra", text="Otra cosa", message_id="<3@clientes.example>")
    with visiting(house, "ana") as browser:
        answer(browser, other, "Hola")
        tried = browser.submit(f"/cases/{key}/undo/{answers(house)[0].outbox_id}")

    assert tried.status_code == 404


def test_a_saved_answer_is_put_in_with_what_it_names(house: SiteHouse, key: str) -> None:
    from ventanilla.store.events import Journal
    from ventanilla.store.saved_answers import Answer as Saved
    from ventanilla.store.saved_answers import put_answer, usable_answers

    with house.house.store.write() as connection:
        text = "Hola {customer}, su caso es {key}. {agent}, {service}"
        journal = Journal(now=house.house.now, actor="ana")
        number = put_answer(connection, Saved(name="Saludo", language="es", text=text), journal)
    with visiting(house, "ana") as browser:
        page = browser.get(f"/cases/{key}", params={"saved": number}).text
        answer(browser, key, "Hola", saved_answer=number)

    assert f"Hola Lucía Ejemplo, su caso es {key}. Ana, Ferretería Sol</textarea>" in page
    with house.house.store.read() as connection:
        assert usable_answers(connection, agent="ana", teams=())[0]["used"] == 1
