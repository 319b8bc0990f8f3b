"""What the moves refuse is said at the desk, in both of its languages, with the same values."""

from __future__ import annotations

from string import Formatter

import pytest

from desk.words import LANGUAGES
from desk.words.refusals import REFUSED
from router.moves.refusals import REFUSALS


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_said_at_the_desk(language: str) -> None:
    assert set(REFUSED[language]) == {f"refused.{code}" for code in REFUSALS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_fills_in_what_the_move_gives(code: str, language: str) -> None:
    assert _values(REFUSED[language][f"refused.{code}"]) == _values(REFUSALS[code])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_refusal_of_the_desk_names_a_command(language: str) -> None:
    assert not [text for text in REFUSED[language].values() if "ventanilla " in text or "--" in text]
