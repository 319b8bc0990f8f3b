"""Which promise a case has, and what that comes to as terms: the rule's word, the file's order, the default."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.check_law import pack_of
from router.house import House
from router.promises.choosing import APPLIES_TO, BY_RULE, DEFAULT, NONE
from router.promises.policy import HousePolicy
from tests.config.toml_files import GOOD, load, write
from ventanilla.clocks.calendar import ALWAYS
from ventanilla.measures.terms import CaseFacts, Committed
from ventanilla.store.installation import Installation
from ventanilla.words import Kind, Metric, Priority

MONDAY_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROMISES = """
[promises.vip]
first_response = { within = "10m" }
applies_to = { tag = "VIP", priority = ["high", "urgent"] }

[promises.claims]
description = "Quejas y reclamaciones"
calendar = "madrid"
first_response = { within = "30m", target = 95 }
next_response = { within = "2h" }
resolution = { within = "3d", target = 80 }
warn_at = 50
applies_to = { kind = ["claim", "complaint"] }

[promises.named]
resolution = { within = "1d" }
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return house_of(tmp_path, GOOD + PROMISES)


def house_of(folder: Path, text: str) -> House:
    config = load(write(folder, text)).config
    return House(config=config, version=7, installation=Installation(instance="", signing_key=b""))


def facts(**changed: object) -> CaseFacts:
    found = {"channel": "soporte", "team": "atencion", "kind": Kind.QUERY, "priority": Priority.NORMAL, "tags": ()}
    return CaseFacts(**{**found, "received_at": MONDAY_TEN, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("about", "chosen"),
    [
        ({}, ("normal", DEFAULT)),
        ({"kind": Kind.CLAIM}, ("claims", APPLIES_TO)),
        ({"tags": ("vip",)}, ("normal", DEFAULT)),
        ({"tags": ("x", "vip"), "priority": Priority.URGENT}, ("vip", APPLIES_TO)),
        ({"tags": ("vip",), "priority": Priority.HIGH, "kind": Kind.CLAIM}, ("vip", APPLIES_TO)),
        ({"promise": "named", "kind": Kind.CLAIM}, ("named", BY_RULE)),
        ({"promise": "gone", "kind": Kind.CLAIM}, ("claims", APPLIES_TO)),
    ],
)
def test_a_rules_word_comes_first_then_the_files_order_then_the_default(
    house: House, about: dict[str, object], chosen: tuple[str, str]
) -> None:
    found = house.promise_of(facts(**about))

    assert (found.name, found.why) == chosen


def test_a_promise_that_is_meant_for_some_cases_is_no_default(tmp_path: Path) -> None:
    only_claims = GOOD.replace("[promises.normal]", '[promises.normal]\napplies_to = { kind = "claim" }')
    house = house_of(tmp_path, only_claims)

    assert house.promise_of(facts()).why == NONE
    assert house.promise_of(facts(kind=Kind.CLAIM)).name == "normal"
    assert house.due(facts(), MONDAY_TEN, first=True) is None


def test_the_only_one_without_applies_to_is_the_default(tmp_path: Path) -> None:
    house = house_of(
        tmp_path, (GOOD + PROMISES).replace("[promises.normal]", "[promises.todo]").split("[promises.named]")[0]
    )

    assert house.promise_of(facts()).name == "todo"


def test_each_target_is_of_its_own_clock_and_none_overrides_another(house: House) -> None:
    terms = HousePolicy(house).terms(facts(kind=Kind.CLAIM))

    assert terms.committed == {
        Metric.FIRST_RESPONSE: Committed(within=timedelta(minutes=30), target=95),
        Metric.NEXT_RESPONSE: Committed(within=timedelta(hours=2), target=90),
        Metric.FIRST_RESOLUTION: Committed(within=timedelta(days=3), target=80),
    }
    assert (terms.promise, terms.config_version, terms.calendar_name, terms.warn_at) == ("claims", 7, "madrid", 50)
    assert terms.calendar == house.calendar("madrid")


def test_without_a_promise_nothing_is_committed_and_it_is_always_open(tmp_path: Path) -> None:
    terms = HousePolicy(house_of(tmp_path, GOOD[: GOOD.index("[promises.normal]")])).terms(facts())

    assert (terms.promise, terms.committed, terms.deadlines) == (None, {}, ())
    assert terms.calendar == ALWAYS


def test_a_pack_brings_its_deadlines_counted_on_the_promises_calendar(tmp_path: Path) -> None:
    text = GOOD.replace('pack = "none"\n', "").replace(
        "[promises.normal]", '[promises.normal]\npack = "es-consumidores"'
    )
    house = house_of(tmp_path, text)
    assert pack_of(house.default_promise()) is not None

    (deadline,) = HousePolicy(house).terms(facts(kind=Kind.CLAIM)).deadlines

    assert deadline.name == "es-consumidores:claim"
    assert deadline.due_on.isoformat() == "2026-12-08"
    assert deadline.due_at == datetime(2026, 12, 8, 23, 0, tzinfo=UTC)  # the day ends at midnight in Madrid
    assert HousePolicy(house).terms(facts()).deadlines == ()


def test_a_turn_is_due_by_the_promise_of_its_case(house: House) -> None:
    claim = facts(kind=Kind.CLAIM)

    assert house.due(claim, MONDAY_TEN, first=True) == MONDAY_TEN + timedelta(minutes=30)
    assert house.due(claim, MONDAY_TEN, first=False) == MONDAY_TEN + timedelta(hours=2)
    assert house.due(facts(), MONDAY_TEN, first=False) == MONDAY_TEN + timedelta(hours=1)
