"""A number or a day that no store has is bad input, not a crash."""

from __future__ import annotations

import pytest

from tests.cli.town import Town

HUGE = "9" * 30


def test_a_number_or_a_day_beyond_any_is_bad_input(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        ("conversations", "--limit", HUGE),
        ("inbox", "--after", HUGE),
        ("replay", HUGE),
        ("release", HUGE),
        ("outbox", "release", HUGE),
        ("contacts", "--limit", HUGE),
        ("report", "--from", "0001-01-01", "--to", "9999-12-31"),
    ]
    codes = {words: town.run(*words) for words in asked}
    capsys.readouterr()

    assert codes == dict.fromkeys(asked, 2)
