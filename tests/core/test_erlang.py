"""Erlang C against published vectors, a simulation of another kind, and its own laws."""

from __future__ import annotations

import heapq
import json
import math
import random
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.context import fresh_context
from cli.main import main
from reports.erlang import Load, people_needed, service, waiting_probability

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def test_360_calls_in_half_an_hour_of_240_seconds_with_55_people() -> None:
    found = service(Load(calls=360, per=30 * MINUTE, handling=240 * SECOND), people=55, within=15 * SECOND)

    assert found.waits == pytest.approx(0.2387, abs=0.00005)
    assert found.average_wait is not None
    assert found.average_wait.total_seconds() == pytest.approx(8.18, abs=0.005)
    assert 100 * found.within == pytest.approx(84.6, abs=0.05)


def test_a_hundred_an_hour_of_180_seconds_with_seven_people() -> None:
    load = Load(calls=100, per=60 * MINUTE, handling=180 * SECOND)

    assert 100 * service(load, people=7, within=180 * SECOND).within == pytest.approx(95.6, abs=0.05)
    assert people_needed(load, within=180 * SECOND, target=95) == 7
    assert people_needed(load, within=180 * SECOND, target=90) <= 7


@pytest.mark.parametrize(
    ("traffic", "people"), [(Fraction(5), 7), (Fraction(1, 2), 1), (Fraction(48), 55), (Fraction(9), 10)]
)
def test_the_recursion_equals_the_formula_in_exact_fractions(traffic: Fraction, people: int) -> None:
    last = traffic**people / math.factorial(people) * people / (people - traffic)
    exact = last / (sum(traffic**n / math.factorial(n) for n in range(people)) + last)

    assert waiting_probability(float(traffic), people) == pytest.approx(float(exact), rel=1e-12)


def test_too_few_people_never_catch_up_and_no_calls_need_nobody_to_wait() -> None:
    load = Load(calls=100, per=60 * MINUTE, handling=180 * SECOND)
    overrun = service(load, people=5, within=timedelta(hours=9))

    assert (overrun.waits, overrun.within, overrun.average_wait) == (1.0, 0.0, None)
    assert service(Load(calls=0, per=MINUTE, handling=MINUTE), people=1, within=SECOND).within == 1.0
    for target in (0, 100, 101):
        with pytest.raises(ValueError, match="expected a target"):
            people_needed(load, within=SECOND, target=target)


@given(st.floats(0.01, 400), st.integers(1, 600), st.integers(0, 600), st.floats(1, 99.9))
def test_the_fewest_that_are_enough(calls: float, handling: int, within: int, target: float) -> None:
    load = Load(calls=calls, per=10 * MINUTE, handling=handling * SECOND)
    needed = people_needed(load, within=within * SECOND, target=target)

    assert needed > load.erlangs
    assert 100 * service(load, people=needed, within=within * SECOND).within >= target
    if needed > 1:
        assert 100 * service(load, people=needed - 1, within=within * SECOND).within < target


def test_a_simulated_line_waits_as_the_formula_says() -> None:
    dice, people, free, now, late, count = random.Random(8), 7, [0.0] * 7, 0.0, 0, 200_000
    heapq.heapify(free)
    for _ in range(count):
        now += dice.expovariate(100 / 3600)
        start = max(now, heapq.heappop(free))
        late += start - now > 60
        heapq.heappush(free, start + dice.expovariate(1 / 180))

    load = Load(calls=100, per=60 * MINUTE, handling=180 * SECOND)
    assert late / count == pytest.approx(1 - service(load, people=people, within=60 * SECOND).within, abs=0.012)


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["staffing", "--calls", "100", "--handling", "180s", "--within", "180s", "--target", "95"]
    with fresh_context():
        assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    with fresh_context():
        assert main(words) == 0
        page = capsys.readouterr().out
        assert main([*words, "--per", "soon"]) == 2

    assert (told["people"], told["erlangs"], len(told["table"])) == (7, 5.0, 7)
    assert page.startswith("7 people answer 95 of 100 within 3 min")
    assert "the line grows" in page
    assert '--per: expected a time such as 180s, 4m or 1h, got "soon"' in capsys.readouterr().err
