"""Rules decide from the top, each field once; an expression that never ends holds nothing up."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from config.rules import Rule
from router.rules import Facts, apply_rules
from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, conversations


def facts(**changes: Any) -> Facts:
    values = {
        "channel": "soporte",
        "sender": "lucia@clientes.example",
        "subject": "Factura 12 equivocada",
        "text": "Les escribo por la factura.",
        "language": "es",
    }
    return Facts(**{**values, **changes})


def rule(when: dict[str, Any], then: dict[str, Any]) -> Rule:
    return Rule.model_validate({"when": when, "then": then})


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ({}, True),
        ({"channel": "soporte"}, True),
        ({"channel": "otro"}, False),
        ({"sender": "LUCIA@clientes.example"}, True),
        ({"domain": ["otra.example", "clientes.example"]}, True),
        ({"domain": "example"}, False),
        ({"subject": "(?i)factura"}, True),
        ({"subject": "^equivocada"}, False),
        ({"text": "factura", "language": "es"}, True),
        ({"text": "factura", "language": "en"}, False),
        ({"tag": "vip"}, False),
        ({"open_hours": True}, True),
        ({"open_hours": False}, False),
        ({"kind": "claim"}, False),
    ],
)
def test_all_that_a_rule_names_must_hold(when: dict[str, Any], matches: bool) -> None:
    assert bool(apply_rules([rule(when, {"priority": "high"})], facts()).priority) is matches


def test_the_first_rule_that_matches_decides_each_field() -> None:
    rules = [
        rule({"domain": "otra.example"}, {"team": "nunca"}),
        rule({"subject": "(?i)factura"}, {"kind": "claim", "tags": ["facturas"]}),
        rule({}, {"kind": "query", "priority": "low"}),
    ]
    decided = apply_rules(rules, facts())
    assert (decided.team, decided.kind, decided.priority, decided.tags) == (None, "claim", "low", ("facturas",))
    assert decided.rules == [2, 3]


def test_an_expression_that_never_ends_is_no_match_and_is_named() -> None:
    start = time.monotonic()
    decided = apply_rules(
        [rule({"text": r"^(\w+\s?)*$"}, {"priority": "high"}), rule({}, {"kind": "claim"})],
        facts(text="palabra " * 30 + "!"),
    )
    assert time.monotonic() - start < 5
    assert (decided.priority, decided.kind) == (None, "claim")
    assert decided.slow in ([1], [])


def test_a_rule_sends_a_case_to_its_named_person_and_says_so(store: Store, tmp_path: Path) -> None:
    more = (
        '[[rules]]\nwhen = { subject = "(?i)factura" }\nthen = { agent = "luis", kind = "claim", tags = ["facturas"] }'
    )
    house = House(store, tmp_path, {"more": more})

    house.receive(mail(subject="Factura equivocada"))

    (case,) = house.rows(conversations)
    (assignment,) = house.rows(assignments)
    assert (case.owner, case.kind, case.tags) == ("luis", "claim", ["facturas"])
    assert assignment.reason == "rule"
    assert assignment.decision["rules"] == [1]
