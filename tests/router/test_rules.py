"""Rules decide from the top, each field once; an expression that never ends holds nothing up."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from config.rules import Rule
from router.assigning.line import drain_line
from router.assigning.rules import Facts, apply_rules, try_rules
from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import assignments, conversations

ENDLESS = r"^(a|aa)+$"


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
        ({"domain": "@Clientes.Example"}, True),
        ({"domain": "*.example"}, True),
        ({"domain": "*clientes.example"}, True),
        ({"domain": "*.clientes.example"}, False),
        ({"sender": "*@clientes.example"}, True),
        ({"sender": ["*@otra.example", "lucia@*"]}, True),
        ({"sender": "*@clientes"}, False),
        ({"sender": "lucia"}, False),
        ({"subject": "(?i)factura"}, True),
        ({"subject": "^equivocada"}, False),
        ({"text": "factura", "language": "es"}, True),
        ({"text": "factura", "language": "en"}, False),
        ({"language": ["en", "es"]}, True),
        ({"language": "es-MX"}, False),
        ({"tag": "vip"}, False),
        ({"open_hours": True}, True),
        ({"open_hours": False}, False),
        ({"kind": "claim"}, False),
    ],
)
def test_all_that_a_rule_names_must_hold(when: dict[str, Any], matches: bool) -> None:
    assert bool(apply_rules([rule(when, {"priority": "high"})], facts()).priority) is matches


@pytest.mark.parametrize(
    ("when", "sender", "matches"),
    [
        ({"sender": "+34 600 123 456"}, "+34600123456", True),
        ({"sender": "+34*"}, "+34600123456", True),
        ({"sender": "+34*"}, "+351600123456", False),
        ({"sender": "+34"}, "+34600123456", False),
        ({"sender": 1234}, "1234", True),
        ({"sender": ["12*", "+34*"]}, "1234", True),
        ({"sender": "*"}, "1234", True),
        ({"domain": "1234"}, "1234", False),
        ({"domain": "*"}, "1234", False),
        ({"domain": "*"}, "lucia@clientes.example", True),
    ],
)
def test_senders_are_numbers_and_ids_too_and_those_have_no_domain(
    when: dict[str, Any], sender: str, matches: bool
) -> None:
    assert bool(apply_rules([rule(when, {"priority": "high"})], facts(sender=sender)).priority) is matches


def test_a_language_takes_in_what_is_spoken_of_it_anywhere() -> None:
    rules = [rule({"language": "es-MX"}, {"team": "mexico"}), rule({"language": "es"}, {"team": "españa"})]

    assert apply_rules(rules, facts(language="es-MX")).team == "mexico"
    assert apply_rules(rules, facts(language="es")).team == "españa"
    assert apply_rules(rules, facts(language="est")).team is None


def test_later_rules_see_the_kind_and_the_tags_that_earlier_ones_decided() -> None:
    rules = [
        rule({"kind": "claim"}, {"team": "never"}),
        rule({"subject": "(?i)factura"}, {"kind": "claim", "tags": ["Facturas"]}),
        rule({"kind": "claim"}, {"priority": "high"}),
        rule({"tag": "facturas"}, {"team": "cuentas"}),
        rule({"kind": "query"}, {"agent": "nobody"}),
    ]

    decided = apply_rules(rules, facts())

    assert (decided.team, decided.priority, decided.agent) == ("cuentas", "high", None)
    assert decided.by == {"kind": 2, "tags": 2, "priority": 3, "team": 4}


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
    start = time.process_time()
    decided = apply_rules(
        [rule({"text": ENDLESS}, {"priority": "high"}), rule({}, {"kind": "claim"})], facts(text="a" * 80 + "!")
    )

    assert time.process_time() - start < 2
    assert (decided.priority, decided.kind) == (None, "claim")
    assert decided.slow == [1]


def test_a_hundred_expressions_that_never_end_together_take_seconds_and_a_good_one_behind_them_still_counts() -> None:
    rules = [rule({"text": f"^(a|aa){{{number},}}$"}, {"kind": "claim"}) for number in range(1, 101)]
    rules.append(rule({"text": "a!"}, {"priority": "high"}))

    start = time.process_time()
    decided = apply_rules(rules, facts(text="a" * 4000 + "!"))

    assert time.process_time() - start < 10  # a hundred times 0.2 s would be 20
    assert decided.priority == "high"
    assert len(decided.slow) > 50


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    rules = [rule({"text": "aguja"}, {"priority": "high"}), rule({"subject": "aguja"}, {"kind": "claim"})]
    haystack = "paja " * 4000

    decided = apply_rules(rules, facts(text=haystack + "aguja", subject=haystack + "aguja"))

    assert (decided.priority, decided.kind) == (None, None)


def test_each_rule_tells_which_of_its_conditions_failed_and_what_it_decided() -> None:
    rules = [
        rule({"channel": "otro", "domain": "otra.example", "text": "nada", "language": "es"}, {"team": "x"}),
        rule({"subject": "(?i)factura"}, {"kind": "claim", "tags": ["a"]}),
        rule({}, {"kind": "query", "languages": "en"}),
        rule({"text": ENDLESS}, {"priority": "low"}),
    ]

    decided, tried = try_rules(rules, facts(text="a" * 80 + "!"))

    assert [(one.number, one.matched, one.failed, one.decided, one.too_slow) for one in tried] == [
        (1, False, ("channel", "domain", "text"), (), False),
        (2, True, (), ("kind", "tags"), False),
        (3, True, (), ("languages",), False),
        (4, False, (), (), True),
    ]
    assert decided.as_written() == {
        "rules": [2, 3],
        "rules_too_slow": [4],
        "rules_decided": {"kind": 2, "tags": 2, "languages": 3},
    }


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
    assert assignment.decision["rules_decided"] == {"agent": 1, "kind": 1, "tags": 1}


def test_a_rule_that_demands_a_language_passes_over_whoever_does_not_speak_it(store: Store, tmp_path: Path) -> None:
    more = '[[rules]]\nwhen = { subject = "(?i)rechnung" }\nthen = { languages = "de" }'
    house = House(store, tmp_path, {"more": more, "luis": 'languages = ["de-AT"]', "ana": 'languages = ["es"]'})

    house.receive(mail(subject="Rechnung"))
    house.receive(mail(subject="Pedido", sender="Otra <otra@clientes.example>"))

    (german, _) = house.rows(assignments)
    assert german.agent == "luis"
    verdicts = {one["agent"]: one["verdict"] for one in german.decision["considered"]}
    assert verdicts["ana"] == "lacks_language"


def test_a_demanded_language_stays_demanded_when_the_case_is_handed_on(store: Store, tmp_path: Path) -> None:
    # given a German case that nobody on duty can take: luis works in the afternoon
    more = '[[rules]]\nwhen = { subject = "(?i)rechnung" }\nthen = { languages = "de" }'
    luis = 'languages = ["de"]\ncalendar = "tardes"'
    house = House(store, tmp_path, {"more": more, "luis": luis, "ana": 'languages = ["es"]'})
    house.receive(mail(subject="Rechnung"))
    (case,) = house.rows(conversations)
    assert (case.owner, case.languages) == ("marta", ["de"])
    assert case.line_since is not None

    # when the line is looked at, in the morning and in the afternoon
    morning = drain_line(store, house.router.house, Journal(now=house.later(hours=1), actor="sweeper"))
    afternoon = drain_line(store, house.router.house, Journal(now=house.later(hours=5), actor="sweeper"))

    # then ana never got it, and luis does
    (case,) = house.rows(conversations)
    assert (morning, afternoon, case.owner) == (0, 1, "luis")
