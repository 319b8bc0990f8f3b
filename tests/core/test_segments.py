"""How many parts an SMS goes out in, by the alphabet that its letters need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ventanilla.segments import _BASIC, segments


@pytest.mark.parametrize(
    ("text", "count", "alphabet"),
    [
        ("", 0, "GSM-7"),
        ("Hola", 1, "GSM-7"),
        ("a" * 160, 1, "GSM-7"),
        ("a" * 161, 2, "GSM-7"),
        ("a" * 306, 2, "GSM-7"),
        ("a" * 307, 3, "GSM-7"),
        ("ñ é ü ¿¡ @", 1, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("á", 1, "UCS-2"),
        ("á" * 70, 1, "UCS-2"),
        ("á" * 71, 2, "UCS-2"),
        ("á" * 134, 2, "UCS-2"),
        ("á" * 135, 3, "UCS-2"),
        ("👍" * 35, 1, "UCS-2"),
        ("👍" * 36, 2, "UCS-2"),
        ("👍" * 67, 3, "UCS-2"),  # one of 67 units holds 33, not 33 and a half
        ("a" * 152 + "€" + "b" * 10, 2, "GSM-7"),
    ],
)
def test_parts_are_counted_as_networks_do(text: str, count: int, alphabet: str) -> None:
    found = segments(text)

    assert (found.count, found.alphabet) == (count, alphabet)


def test_the_basic_alphabet_is_whole() -> None:
    assert len(_BASIC) == len(set(_BASIC)) == 127  # the 128th is the way to the extension


@given(st.text(max_size=400), st.text(max_size=40))
def test_more_text_never_needs_fewer_parts(text: str, more: str) -> None:
    assert segments(text + more).count >= segments(text).count
