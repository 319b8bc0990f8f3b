"""Patterns with `*`: what they fit, which covers which, and whether two can ever fit the same."""

from __future__ import annotations

import itertools
import re

import pytest

from config.patterns import covers, fits, may_meet

TEXTS = ["".join(letters) for length in range(7) for letters in itertools.product("abc", repeat=length)]
PATTERNS = ["".join(signs) for length in range(4) for signs in itertools.product("ab*", repeat=length)]
FITTING = {pattern: {text for text in TEXTS if re.fullmatch(pattern.replace("*", ".*"), text)} for pattern in PATTERNS}


def test_a_pattern_fits_what_the_same_regular_expression_does() -> None:
    for pattern in PATTERNS:
        assert {text for text in TEXTS if fits(pattern, text)} == FITTING[pattern], pattern


def test_what_covers_another_fits_all_that_it_does() -> None:
    pairs = [(wide, narrow) for wide in PATTERNS for narrow in PATTERNS if covers(wide, narrow)]

    assert all(FITTING[narrow] <= FITTING[wide] for wide, narrow in pairs)
    assert ("*", "a*b") in pairs
    assert ("a*", "ab*") in pairs


def test_two_patterns_may_meet_just_where_some_text_fits_both() -> None:
    for one, other in itertools.product(PATTERNS, PATTERNS):
        assert may_meet(one, other) is bool(FITTING[one] & FITTING[other]), (one, other)


@pytest.mark.parametrize(("one", "other"), [("*a" * 300, "a" * 600), ("*" * 500, "*b" * 300)])
def test_long_patterns_take_no_time(one: str, other: str) -> None:
    assert may_meet(one, other)
    assert fits(one, "xa" * 10_000 + "a" * 300) is True
