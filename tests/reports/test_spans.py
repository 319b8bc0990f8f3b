"""Lengths of time, shares and counts as a report writes them."""

from __future__ import annotations

import pytest

from reports.spans import bound, share, span, whole


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (95, "1 min 35 s"),
        (599.7, "10 min"),
        (3569, "59 min"),
        (3599, "1 h"),
        (3661, "1 h 1 min"),
        (86_399, "1 d"),
        (90_000, "1 d 1 h"),
        (-90, "−1 min 30 s"),
    ],
)
def test_a_length_is_written_in_two_units_at_most(seconds: float | None, told: str) -> None:
    assert span(seconds, "en") == told


@pytest.mark.parametrize(
    ("percent", "spanish", "english"),
    [
        (87.5, "87,5 %", "87.5%"),
        (100.0, "100 %", "100%"),
        (99.98, "99,9 %", "99.9%"),
        (0.01, "0,1 %", "0.1%"),
        (None, "–", "–"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_to_nothing(percent: float | None, spanish: str, english: str) -> None:
    assert (share(percent, "es"), share(percent, "en")) == (spanish, english)


def test_counts_are_written_as_each_language_does() -> None:
    assert [whole(number, "es") for number in (7, 1234, 12_345)] == ["7", "1234", "12.345"]
    assert [whole(number, "en") for number in (7, 1234, 12_345)] == ["7", "1,234", "12,345"]
    assert bound(float("inf"), "es") == "∞"
