"""Who of us wrote a mail: told by address, name or signature, and nobody where that names two or a customer."""

from __future__ import annotations

import pytest

from config.people import AgentSettings
from router.past_us.whose import Credit, credit
from ventanilla.channel import Message, Party

PEOPLE = {
    "ana": AgentSettings(name="Ana García", email="ana@example.com"),
    "luis": AgentSettings(name="Luis", email="luis@example.com"),
    "marta": AgentSettings(email="marta@example.com"),
    "jp": AgentSettings(name="Juan Pérez"),
    "jg": AgentSettings(name="Juan Gil"),
    "ns": AgentSettings(name="Nuria Sanz"),
    "eva": AgentSettings(name="Eva"),
}
TEAM = {"ana", "luis", "marta", "jp", "jg", "ns"}


def whose(
    *,
    name: str = "Ferretería Sol",
    address: str = "soporte@example.com",
    text: str = "",
    customer: str = "Lucía",
    sender: str = "",
) -> Credit:
    message = Message(
        author=Party(address=address, name=name),
        customer=Party(address="lucia@clientes.example", name=customer),
        shared=(Party(address=sender),) if sender else (),
        reply_text=text,
        outbound=True,
    )
    return credit(message, PEOPLE, TEAM)


@pytest.mark.parametrize(
    ("facts", "agent", "how"),
    [
        ({"address": "luis@example.com", "name": "Ana García"}, "luis", "address"),
        ({"sender": "ana@example.com"}, "ana", "address"),
        ({"name": "Luis"}, "luis", "name"),
        ({"name": "ANA GARCIA"}, "ana", "name"),
        ({"name": "Ana García López"}, "ana", "name"),
        ({"name": "Luis | Ferretería Sol"}, "luis", "name"),
        ({"name": "Eva - Ferretería Sol"}, "eva", "name"),
        ({"name": "marta"}, "marta", "name"),
        ({"text": "Sale hoy.\n\nUn saludo,\nLuis"}, "luis", "signature"),
        ({"text": "Sale hoy.\n\n-- \nAna García\nFerretería Sol\nTel. 910 000 000"}, "ana", "signature"),
        ({"text": "Sale hoy.\nSaludos, Luis"}, "luis", "signature"),
        ({"text": "Sale hoy.\nGracias,\nNuria"}, "ns", "signature"),
        ({"text": "Sale hoy.\nUn saludo\nMarta (Atención al cliente)"}, "marta", "signature"),
    ],
)
def test_one_of_us_is_told_by_the_surest_sign(facts: dict[str, str], agent: str, how: str) -> None:
    assert whose(**facts) == Credit(agent=agent, how=how)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"text": "Sale hoy.\n\nEl equipo de Ferretería Sol"},
        {"text": "Hola, Luis:\nSí."},
        {"text": "Se lo he dicho a Luis\nporque él lo sabe."},
        {"text": "Gracias, Luis", "customer": "Luis Pérez"},
        {"text": "Saludos,\nAna García\nLuis"},
        {"text": "Un saludo,\nEva"},
        {"text": "Un saludo,\nJuan"},
        {"text": "Sí.\n> ¿Y el otro?\n> Saludos, Luis"},
        {"name": "Mariana"},
        {"name": "Luisa"},
        {"name": "Ana Ruiz"},
    ],
    ids=[
        "nothing", "the house", "a greeting", "a sentence", "the customer's name", "two names", "another team's",
        "one of two",
        "quoted",
        "a part of a name", "a longer name", "another surname",
    ],
)  # fmt: skip
def test_in_doubt_it_is_the_shared_mailboxs(facts: dict[str, str]) -> None:
    assert whose(**facts) == Credit()
