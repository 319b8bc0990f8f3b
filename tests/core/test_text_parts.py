"""A long text is cut where people would cut it; nothing of it is lost and each part fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ventanilla.text_parts import LONGEST, parts_of


def test_what_fits_stays_as_it_is() -> None:
    assert parts_of("  Hola \n", numbered=True) == ["Hola"]
    assert parts_of("x" * LONGEST, numbered=True) == ["x" * LONGEST]
    assert parts_of(" \n", numbered=True) == []


def test_a_paragraph_goes_before_a_line_and_a_line_before_a_word() -> None:
    assert parts_of("uno dos\n\ntres cuatro\ncinco", numbered=False, most=20) == ["uno dos", "tres cuatro\ncinco"]
    assert parts_of("uno dos tres\ncuatro cinco", numbered=False, most=20) == ["uno dos tres", "cuatro cinco"]
    assert parts_of("uno dos tres cuatro cinco", numbered=False, most=20) == ["uno dos tres cuatro", "cinco"]


def test_parts_that_may_overtake_each_other_are_numbered() -> None:
    assert parts_of("uno dos tres cuatro cinco", numbered=True, most=28) == ["uno dos tres cuatro cinco"]
    assert parts_of("uno dos tres cuatro cinco", numbered=True, most=20) == [
        "(1/3) uno dos",
        "(2/3) tres cuatro",
        "(3/3) cinco",
    ]


@given(st.text(max_size=400), st.booleans(), st.integers(min_value=20, max_value=60))
def test_nothing_is_lost_and_each_part_fits(text: str, numbered: bool, most: int) -> None:
    parts = parts_of(text, numbered=numbered, most=most)

    assert all(len(part) <= most for part in parts) or len(parts) > 99
    said = [part.partition(") ")[2] if numbered and len(parts) > 1 else part for part in parts]
    assert "".join("".join(said).split()) == "".join(text.split())
