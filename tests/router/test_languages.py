"""Which language a case is in: told from what customers write, never wrongly, and in doubt not at all."""

from __future__ import annotations

import pytest

from router.incoming.languages import MIN_LETTERS, OURS, detect, language_of, primary
from tests.router.customers_write import NOT_OURS, SAMPLES, WRITTEN, lines
from ventanilla.channel import Message, Party

HER = Party(address="lucia@clientes.example")
SPANISH = "Hola, quería saber cuándo llega mi pedido."


def message(text: str, *, subject: str = "", language: str | None = None) -> Message:
    return Message(author=HER, customer=HER, subject=subject, text=text, reply_text=text, language=language)


@pytest.mark.parametrize(("language", "text"), SAMPLES)
def test_what_a_customer_writes_is_never_taken_for_another_language(language: str, text: str) -> None:
    assert detect(text) in (language, None)


@pytest.mark.parametrize("language", OURS)
def test_at_most_two_in_twenty_short_letters_are_left_undecided(language: str) -> None:
    texts = lines(WRITTEN[language])

    assert len(texts) >= 20
    assert sum(detect(text) == language for text in texts) >= len(texts) - 2


@pytest.mark.parametrize("language", OURS)
def test_two_sentences_are_enough_to_be_certain(language: str) -> None:
    texts = lines(WRITTEN[language])
    pairs = [f"{one} {other}" for one, other in zip(texts[::2], texts[1::2], strict=True)]

    assert [detect(pair) for pair in pairs] == [language] * len(pairs)


@pytest.mark.parametrize("text", lines(NOT_OURS))
def test_a_language_that_is_none_of_ours_is_not_taken_for_a_neighbour(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize("language", OURS)
def test_capitals_and_missing_accents_mislead_nobody(language: str) -> None:
    plain = str.maketrans("áéíóúàèòüï", "aeiouaeoui")
    for text in lines(WRITTEN[language]):
        assert detect(text.upper()) == detect(text)
        assert detect(text.lower().translate(plain)) in (language, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hola",
        "¿y mi pedido?",
        "ok gracias",
        "Ref. 123456789012345678901234567890",
        "https://example.com/the/one/and/only/with/that/which/is/for/you",
        "AB12 CD34 EF56 GH78 IJ90 KL12 MN34 OP56 QR78",
        "\0\ud800 \u202e ́́́",
    ],
)
def test_too_little_to_tell_is_not_guessed(text: str) -> None:
    assert detect(text) is None


def test_twenty_letters_are_the_least() -> None:
    assert detect("porque quiero el mío") is None  # 17 letters
    assert detect("porque quiero ver el mío") == "es"  # 20
    assert MIN_LETTERS == 20


def test_a_foreign_signature_does_not_outweigh_the_letter() -> None:
    text = f"{SPANISH} Lo necesito para el viernes, muchas gracias.\nSent from my phone"

    assert detect(text) == "es"


def test_what_is_written_half_and_half_is_in_doubt() -> None:
    assert detect(f"{SPANISH} Hi, I wanted to know when my order will arrive.") is None


def test_first_what_is_known_then_what_is_written_then_what_the_program_says_then_the_channel() -> None:
    written = message(SPANISH, language="en")
    unclear = message("ok!", language="en")

    assert language_of(written, "eu", "ca") == "eu"
    assert language_of(written, None, "ca") == "es"
    assert language_of(unclear, None, "ca") == "en"
    assert language_of(message("ok!"), None, "ca") == "ca"


def test_the_subject_helps_where_there_is_one() -> None:
    assert language_of(message("Gracias.", subject="No me ha llegado el pedido de ayer"), None, "ca") == "es"


def test_a_language_without_its_country() -> None:
    assert (primary("es-MX"), primary("EU"), primary("")) == ("es", "eu", "")


def test_a_long_text_takes_no_time_worth_telling() -> None:
    assert detect("palabra " * 100_000) is None
