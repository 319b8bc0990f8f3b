"""The list of what nobody classified: open queries that sound like a complaint, until somebody says what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.moves.classify import set_kind
from router.moves.resolve import resolve
from router.promises.unclassified import unclassified
from tests.router.chat_house import ChatHouse, letter
from tests.router.moving import do
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations
from ventanilla.words import Kind, Resolution


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def listed(house: ChatHouse) -> list[str]:
    with house.store.read() as connection:
        return unclassified(connection, house.router.house)


def opened(house: ChatHouse, text: str, *, subject: str = "Mi pedido") -> tuple[str, str]:
    number = len(house.rows(conversations))
    sender = f"cliente{number}@clientes.example"
    house.take("soporte", letter(text, subject=subject, sender=sender, external_id=f"<{number}@c.example>"))
    case = house.rows(conversations)[-1]
    return case.key, case.owner


def test_open_queries_with_such_words_are_listed_oldest_first_until_somebody_looks(house: ChatHouse) -> None:
    first, owner = opened(house, "Quiero una HOJA DE RECLAMACIONES.")
    house.later(minutes=1)
    second, other = opened(house, "Buenos días", subject="Queja por el trato")
    opened(house, "¿Cuándo llega mi pedido?")
    opened(house, "No me quejo de nada, gracias")
    over, third = opened(house, "Una queja")
    do(house, resolve, over, resolution=Resolution.NO_REPLY_NEEDED, as_=third)

    assert listed(house) == [first, second]
    do(house, set_kind, second, Kind.QUERY, as_=other)
    assert listed(house) == [first]
    do(house, set_kind, first, Kind.CLAIM, as_=owner)
    assert listed(house) == []


def test_the_words_of_the_houses_own_rules_count_as_well(house: ChatHouse) -> None:
    key, _ = opened(house, "Esto es una vergüenza")
    assert listed(house) == []
    house.apply(rest='\n[[rules]]\nwhen = { text = "(?i)vergüenza" }\nthen = { kind = "complaint" }\n')
    assert listed(house) == [key]
