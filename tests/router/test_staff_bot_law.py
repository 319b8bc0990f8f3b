"""On the staff's bot: what a case is, legally, by a word or a button, and how a complaint under a law is resolved there."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.staff_bot.words import COMMANDS, kind_meant
from tests.router.answering import AnsweringHouse, answering_house
from tests.router.moving import happened
from tests.router.staff_house import ANA
from ventanilla.store.engine import Store
from ventanilla.words import EventKind

LAW = """
[promises.reclamaciones]
applies_to = { kind = ["complaint", "claim"] }
calendar = "madrid"
pack = "es-consumidores"
"""


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> AnsweringHouse:
    """Eva has written, and Ana's phone shows the notice."""
    made = answering_house(sqlite_store, tmp_path)
    made.apply(more=made.settings["more"].replace("acknowledge = { enabled = false }", "") + LAW)
    made.customer("¿Cuándo llega mi pedido?")
    made.deliver()
    return made


def told(house: AnsweringHouse, text: str) -> str:
    house.say(ANA, text)
    return house.last(ANA).text


def test_a_word_says_what_a_case_is_and_the_bot_says_by_when(house: AnsweringHouse) -> None:
    key = house.case.key

    assert told(house, f"/tipo {key} queja") == f"{key}: Queja.\nÚltimo día para contestar: 8 de diciembre de 2026."
    assert house.case.kind == "complaint"
    (event,) = happened(house, EventKind.CASE_CHANGED, key)
    assert (event.agent, event.data["to"]) == ("ana", "complaint")


def test_without_a_word_or_with_one_that_is_none_it_offers_them(house: AnsweringHouse) -> None:
    house.say(ANA, f"/tipo {house.case.key} pataleta")
    offered = house.last(ANA)
    assert offered.labels == ["Consulta", "Solicitud", "Queja", "Reclamación", "Sugerencia"]

    house.press(offered, "Reclamación")

    assert house.case.kind == "claim"


def test_a_claim_is_resolved_with_whether_its_customer_was_right_and_why(house: AnsweringHouse) -> None:
    key = house.case.key
    told(house, f"/tipo {key} reclamación")
    assert "quiere que se conteste" in told(house, f"/resolver {key}")
    told(house, f"/responder {key} Le devolvemos el importe.")
    house.deliver(seconds=15)

    house.say(ANA, f"/resolver {key}")
    asked = house.last(ANA)
    assert asked.labels == ["Tenía razón", "En parte", "No la tenía"]
    house.press(asked, "En parte")
    why = house.last(ANA)
    house.reply(why, "Solo una de las dos facturas estaba mal")

    assert house.case.state == "resolved"
    ended = happened(house, EventKind.CASE_STATE, key)[-1]
    assert (ended.data["upheld"], ended.data["law"]) == ("partly", "es-consumidores")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Reclamación", "claim"),
        ("QUEIXA", "complaint"),
        ("kexa", "complaint"),
        ("sol·licitud", "request"),
        ("suxestión", "suggestion"),
        ("pataleta", None),
    ],
)
def test_kinds_are_known_in_every_language(word: str, kind: str | None) -> None:
    assert kind_meant(word) == kind


def test_every_language_has_the_command() -> None:
    assert {language: words["kind"][0] for language, words in COMMANDS.items()} == {
        "es": "tipo",
        "en": "kind",
        "ca": "tipus",
        "gl": "tipo",
        "eu": "mota",
    }
