"""Phone numbers as an identity: every usual spelling gives one E.164 text, and what is no number gives none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ventanilla.phones import e164, is_withheld, region_of, spell_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+34910000000", "+34910000000"),
        (" +34 910 00 00 00 ", "+34910000000"),
        ("whatsapp:+34600000001", "+34600000001"),
        ("WhatsApp:+34600000001", "+34600000001"),
        ("tel:+34-600-000-001", "+34600000001"),
        ("+34600000001 ext 5", "+34600000001"),
        ("+5215512345678", "+525512345678"),
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+525512345678", "+525512345678"),
        ("+54 11 15 2345 6789", "+5491123456789"),
        ("+5491123456789", "+5491123456789"),
        ("+541123456789", "+541123456789"),
        ("+15005550006", "+15005550006"),
    ],
)
def test_one_number_has_one_spelling(text: str, expected: str) -> None:
    assert e164(text) == expected
    assert e164(expected) == expected


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("910 00 00 00", "ES", "+34910000000"),
        ("0034 910 00 00 00", "ES", "+34910000000"),
        ("(011) 15-2345-6789", "AR", "+5491123456789"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("+44 20 7946 0018", "ES", "+442079460018"),
    ],
)
def test_a_region_reads_numbers_written_without_their_country(text: str, region: str, expected: str) -> None:
    assert e164(text, region) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "anonymous",
        "Anonymous",
        "unknown",
        "RESTRICTED",
        "+266696687",
        "+7378742833",
        "+86282452253",
        "+2562533",
        "+8656696",
        "910000000",
        "25252",
        "VENTANILLA",
        "client:ana",
        "sip:ana@example.com",
        "+999123456789",
        "+1 5550006",
        "+34",
        "+3491",
        "+3491000000000000000",
    ],
)
def test_what_is_no_number_is_no_identity(text: str) -> None:
    assert e164(text) is None


@given(st.text(max_size=40), st.sampled_from([None, "ES", "MX", "AR", "US"]))
def test_any_text_gives_a_number_that_gives_itself_or_nothing(text: str, region: str | None) -> None:
    found = e164(text, region)

    assert found is None or (found.startswith("+") and found[1:].isdigit() and e164(found) == found)


def test_a_number_is_spelled_for_people() -> None:
    assert spell_number("+34910000000") == "+34 910 00 00 00"
    assert spell_number("25252") == "25252"
    assert spell_number("ventanilla") == "ventanilla"


def test_a_number_knows_its_country() -> None:
    assert region_of("+34910000000") == "ES"
    assert region_of("+80012345678") is None
    assert region_of("25252") is None


@pytest.mark.parametrize("text", ["", "anonymous", "Restricted", "+266696687", "whatsapp:"])
def test_a_withheld_number_is_known_as_such(text: str) -> None:
    assert is_withheld(text)


@pytest.mark.parametrize("text", ["+34910000000", "25252", "Banco", "client:ana"])
def test_a_sender_without_a_number_is_not_a_withheld_one(text: str) -> None:
    assert not is_withheld(text)
