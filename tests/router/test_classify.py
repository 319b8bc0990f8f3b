"""What a case is about, by a person's word: what changes with it, what stays on record, and the receipt that the law then wants."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.automatic import brake
from router.moves.base import find_case
from router.moves.classify import set_kind, set_priority, set_tags
from router.moves.receipt import receipt
from router.moves.refusals import Refused
from router.moves.resolve import resolve
from router.promises.lawful import deadlines_of
from tests.router.chat_house import ChatHouse, chat, letter, missed_call, sms
from tests.router.moving import acting, case_of, do, happened
from ventanilla.measures.terms import Deadline
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, notes, outbox
from ventanilla.words import DeliveryState, EventKind, Kind, OutboxKind, Priority, Resolution

LAW = """
[promises.reclamaciones]
applies_to = { kind = ["complaint", "claim"] }
calendar = "espana"
first_response = { within = "30m" }
pack = "es-consumidores"

[calendars.espana]
hours = { mon-fri = ["09:00-14:00", "15:00-18:00"] }
holidays = { country = "ES" }

[[rules]]
when = { text = "(?i)reclamación" }
then = { kind = "claim" }
"""


def deadlines_on(house: ChatHouse, case: Any) -> tuple[Deadline, ...]:
    with house.store.read() as connection:
        return deadlines_of(connection, house.router.house, case)


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path, settings={"rest": LAW})


def opened(house: ChatHouse, message: Any = None, channel: str = "soporte") -> Any:
    house.take(channel, message or letter(external_id="<1@c.example>"))
    return house.rows(conversations)[-1]


def receipts(house: ChatHouse) -> list[Any]:
    return house.rows(outbox, lambda t: t.c.dedupe_key.startswith("receipt:"))


def alerts(house: ChatHouse) -> list[str]:
    return [row.payload["body"] for row in house.letters(OutboxKind.ALERT)]


def test_a_query_becomes_a_complaint_with_its_term_from_the_first_message_and_the_change_on_record(
    house: ChatHouse,
) -> None:
    case = opened(house)
    house.later(days=2)

    moved = do(house, set_kind, case.key, Kind.COMPLAINT, reason="pide la hoja", as_=case.owner)
    again = do(house, set_kind, case.key, Kind.COMPLAINT, as_=case.owner)

    row = case_of(house, case.key)
    assert (moved.changed, again.changed, row.kind) == (True, False, "complaint")
    (deadline,) = deadlines_on(house, row)
    assert (deadline.name, deadline.due_on.isoformat()) == ("es-consumidores:complaint", "2026-12-08")
    assert row.due_at == case.waiting_since + timedelta(minutes=30)
    (event,) = happened(house, EventKind.CASE_CHANGED, case.key)
    (note,) = house.rows(notes)
    expected = {"field": "kind", "from": "query", "to": "complaint", "kind": "complaint", "note": note.id}
    assert (event.data, event.agent) == (expected, case.owner)
    assert note.text == "pide la hoja"


def test_the_receipt_of_a_case_that_staff_classified_goes_out_once_with_all_that_the_law_wants(
    house: ChatHouse,
) -> None:
    text = "Tres semanas esperando.\n\nNadie contesta."
    case = opened(house, letter(text, external_id="<1@c.example>", subject="Mi pedido"))
    house.later(hours=20)

    for kind in (Kind.COMPLAINT, Kind.CLAIM):
        do(house, set_kind, case.key, kind, as_=case.owner)

    (row,) = receipts(house)
    said = row.payload["text"]
    assert (row.kind, row.state, row.recipient) == ("acknowledgement", "pending", "lucia@clientes.example")
    assert row.payload["subject"] == f"Justificante de su queja [{case.key}]"
    assert f"Clave: {case.key}" in said
    assert "Recibido: 23 de noviembre de 2026 a las 10:00 (CET, UTC+01:00)" in said
    assert "Último día para responderle: 8 de diciembre de 2026" in said
    assert "> Mi pedido\n> Tres semanas esperando.\n>\n> Nadie contesta." in said
    assert "responda a este correo" in said
    assert row.payload["in_reply_to"] == "<1@c.example>"
    (event,) = [one for one in happened(house, EventKind.ACKNOWLEDGED) if one.data.get("law")]
    assert event.data == {"held": False, "law": "es-consumidores"}
    assert house.is_sound()


def test_a_claim_known_by_its_words_gets_the_laws_receipt_at_once_and_no_other(house: ChatHouse) -> None:
    opened(house, letter("Presento una reclamación.", external_id="<1@c.example>"))

    (row,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    assert row.dedupe_key.startswith("receipt:")
    assert "Justificante de su reclamación" in row.payload["subject"]


@pytest.mark.parametrize(
    ("channel", "message", "follow"),
    [
        ("chat", chat("Una reclamación"), "escriba aquí mismo"),
        ("telefono", sms("Una reclamación"), "llámenos y diga la clave"),
    ],
)
def test_in_chat_and_by_sms_the_receipt_goes_the_same_way(
    house: ChatHouse, channel: str, message: Any, follow: str
) -> None:
    case = opened(house, message, channel)

    (row,) = receipts(house)
    assert (row.via, row.recipient, row.payload["account"]) == (channel, case.address, case.account)
    assert case.key in row.payload["text"]
    assert "> Una reclamación" in row.payload["text"]
    assert follow in row.payload["text"]


def test_neither_an_old_message_nor_the_channels_setting_keeps_the_laws_receipt_back(house: ChatHouse) -> None:
    received = house.now - timedelta(days=3)
    house.take("soporte", letter("Una reclamación", external_id="<1@c.example>"), received=received)

    (row,) = receipts(house)
    assert "20 de noviembre de 2026" in row.payload["text"]


def test_of_a_call_without_a_text_the_owner_is_told_and_what_was_given_by_hand_is_on_record(house: ChatHouse) -> None:
    case = opened(house, missed_call(), "telefono")
    do(house, set_kind, case.key, Kind.CLAIM, as_=case.owner)

    assert receipts(house) == []
    (told,) = [one for one in alerts(house) if "--given-by-hand" in one]
    assert f"ventanilla receipt {case.key}" in told
    assert "acknowledge.calls is off" in told
    with pytest.raises(Refused, match="given-by-hand"):
        do(house, receipt, case.key, as_=case.owner)
    given = do(house, receipt, case.key, by_hand="en papel, firmado", as_=case.owner)
    again = do(house, receipt, case.key, by_hand="otra vez", as_=case.owner)
    assert (given.changed, again.changed) == (True, False)
    assert [row.text for row in house.rows(notes)] == ["en papel, firmado"]
    event = happened(house, EventKind.ACKNOWLEDGED, case.key)[-1]
    assert (event.data["by_hand"], event.data["law"], event.agent) == (True, "es-consumidores", case.owner)


def test_where_nothing_may_go_out_the_receipt_is_withheld_with_its_reason(house: ChatHouse) -> None:
    house.apply(mode="observe")
    case = opened(house, letter("Una reclamación", external_id="<1@c.example>"))

    assert receipts(house) == []
    (event,) = happened(house, EventKind.ACKNOWLEDGEMENT_WITHHELD, case.key)
    assert event.data == {"reason": "channel soporte only observes", "law": "es-consumidores"}
    house.apply(mode="live")
    moved = do(house, receipt, case.key, as_=case.owner)
    assert moved.waits_for == receipts(house)[0].id


def test_the_brake_holds_a_receipt_and_the_admin_is_told_that_the_law_wants_it_out(
    house: ChatHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brake, "LIMIT", 2)
    for number in range(4):
        sender = f"cliente{number}@clientes.example"
        house.take("soporte", letter("Una reclamación", sender=sender, external_id=f"<{number}@c.example>"))

    held = [row for row in receipts(house) if row.state == DeliveryState.HELD]
    assert len(receipts(house)) == 4
    assert len(held) == 2
    (told,) = [one for one in alerts(house) if "retiene justificantes" in one]
    assert "outbox release --all" in told


def test_a_persons_word_about_the_kind_is_newer_than_a_rules_promise(house: ChatHouse) -> None:
    house.apply(rest=LAW + '[[rules]]\nthen = { promise = "normal" }\n')
    case = opened(house)
    assert case.promise == "normal"

    do(house, set_kind, case.key, Kind.CLAIM, as_=case.owner)

    row = case_of(house, case.key)
    assert row.promise is None
    assert [one.name for one in deadlines_on(house, row)] == ["es-consumidores:claim"]
    (event,) = happened(house, EventKind.CASE_CHANGED, case.key)
    assert (event.data["promise_before"], event.data["promise"]) == ("normal", None)


def test_priority_and_tags_change_with_an_event_and_a_repeat_changes_nothing(house: ChatHouse) -> None:
    case = opened(house)

    assert do(house, set_priority, case.key, Priority.HIGH, as_=case.owner).changed
    assert not do(house, set_priority, case.key, Priority.HIGH, as_=case.owner).changed
    moved, tags = do(house, set_tags, case.key, add=["VIP", "facturas"], as_=case.owner)
    assert (moved.changed, tags) == (True, ("VIP", "facturas"))
    moved, tags = do(house, set_tags, case.key, add=["vip", "nuevo"], remove=["Facturas"], as_=case.owner)
    assert (moved.changed, tags) == (True, ("VIP", "nuevo"))
    assert not do(house, set_tags, case.key, add=["nuevo"], as_=case.owner)[0].changed

    row = case_of(house, case.key)
    assert (row.priority, row.tags) == ("high", ["VIP", "nuevo"])
    assert [one.data["field"] for one in happened(house, EventKind.CASE_CHANGED, case.key)] == [
        "priority",
        "tags",
        "tags",
    ]


@pytest.mark.parametrize(("tag", "code"), [("", "odd_tag"), ("x" * 61, "odd_tag"), ("a\x07b", "odd_tag")])
def test_what_is_no_tag_is_refused(house: ChatHouse, tag: str, code: str) -> None:
    case = opened(house)
    with pytest.raises(Refused) as refused:
        do(house, set_tags, case.key, add=[tag], as_=case.owner)
    assert refused.value.code == code


def test_only_who_has_a_part_in_an_open_case_says_what_it_is(house: ChatHouse) -> None:
    case = opened(house)
    other = next(name for name in ("ana", "luis") if name != case.owner)
    with pytest.raises(Refused, match="ask them"):
        do(house, set_kind, case.key, Kind.CLAIM, as_=other)
    with pytest.raises(Refused, match="no law"):
        do(house, receipt, case.key, as_=case.owner)
    do(house, resolve, case.key, resolution=Resolution.NO_REPLY_NEEDED, as_=case.owner)
    with pytest.raises(Refused, match="open it again"):
        do(house, set_kind, case.key, Kind.CLAIM, as_=case.owner)


def test_a_query_that_was_looked_at_and_is_one_says_so_on_record(house: ChatHouse) -> None:
    case = opened(house)
    assert not do(house, set_kind, case.key, Kind.QUERY, as_=case.owner).changed
    (event,) = happened(house, EventKind.CASE_CHANGED, case.key)
    assert event.data["confirmed"] is True
    with acting(house, case.owner) as move:
        assert find_case(move, case.key).kind == "query"


def test_the_receipt_repeats_the_message_that_complains_rather_than_an_earlier_question(house: ChatHouse) -> None:
    house.take("chat", chat("Hola, ¿a qué hora abren?"))
    house.later(days=2)
    house.take("chat", chat("Quiero poner una queja por el pedido 12."))
    case = house.rows(conversations)[-1]

    do(house, set_kind, case.key, Kind.COMPLAINT, as_=case.owner)

    (row,) = [one for one in house.letters(OutboxKind.ACKNOWLEDGEMENT) if one.dedupe_key.startswith("receipt:")]
    assert "> Quiero poner una queja por el pedido 12." in row.payload["text"]
    assert "25 de noviembre de 2026" in row.payload["text"]
    assert "abren" not in row.payload["text"]
