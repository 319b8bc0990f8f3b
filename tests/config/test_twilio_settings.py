"""What is wrong or odd about a Twilio channel is told with what is allowed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.twilio import TwilioSettings
from tests.config.toml_files import GOOD, load, problems_of, write

PHONE = """
[channels.telefono]
kind = "twilio"
team = "atencion"
account_sid = "AC00000000000000000000000000000000"
auth_token = { file = "secrets/soporte" }
"""
NUMBER = 'numbers = ["+34910000000"]\n'


def told(folder: Path, more: str) -> list[str]:
    return [f"{problem.key}: {problem.message}" for problem in problems_of(write(folder, GOOD + PHONE + more))]


def warned(folder: Path, more: str) -> list[str]:
    """What is said of this channel."""
    said = [f"{one.key}: {one.message}" for one in load(write(folder, GOOD + PHONE + more)).warnings]
    return [one for one in said if one.startswith("channels.telefono")]


def test_a_channel_with_calls_and_words_of_its_own_is_fine(tmp_path: Path) -> None:
    more = NUMBER + 'whatsapp = ["+34910000001"]\ncalls = true\nvoicemail = { greeting = "Hola", longest = "90s" }'

    channel = load(write(tmp_path, GOOD + PHONE + more)).config.channels["telefono"]

    assert isinstance(channel, TwilioSettings)
    assert channel.accounts() == ("+34910000000", "whatsapp:+34910000001")
    assert channel.voicemail.longest == timedelta(seconds=90)
    assert warned(tmp_path, more) == []


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("", 'channels.telefono: name at least one number, such as numbers = ["+34910000000"]'),
        (
            'whatsapp = ["+34910000001"]\ncalls = true',
            "channels.telefono.calls: needs `numbers`: nobody can be called on WhatsApp alone",
        ),
        (
            NUMBER + 'api_url = "http://twilio.example.com"',
            "channels.telefono.api_url: would send the auth token to twilio.example.com in the clear; use https",
        ),
        (
            NUMBER + 'calls = true\nvoicemail = { longest = "2h" }',
            "channels.telefono.voicemail.longest: expected 5s to 1h",
        ),
        ('numbers = ["+34910000000", "+34910000000"]', 'channels.telefono.numbers: "+34910000000" is written twice'),
        (
            NUMBER + PHONE.replace("telefono", "otro") + NUMBER,
            'channels.otro.numbers[1]: +34910000000 already belongs to channel "telefono"',
        ),
    ],
)
def test_what_cannot_be_is_a_problem(tmp_path: Path, more: str, problem: str) -> None:
    assert told(tmp_path, more) == [problem]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("hang_ups = true", "channels.telefono.hang_ups: counts with `calls = true` only"),
        ('voicemail = { goodbye = "Adiós" }', "channels.telefono.voicemail: counts with `calls = true` only"),
        (
            'start = "unseen"',
            'channels.telefono.start: is "now" here: Twilio does not know what somebody has looked at',
        ),
        (
            'templates = { answer_ready = "HX00000000000000000000000000000001" }',
            "channels.telefono.templates: counts with `whatsapp` only",
        ),
        (
            'whatsapp = ["+34910000001"]\ntemplates = { answer_ready = "lista" }',
            'channels.telefono.templates.answer_ready: "lista" is no template\'s id: expected HX and 32 characters 0-9 a-f',
        ),
        (
            'whatsapp = ["+34910000001"]\nmode = "live"',
            (
                "channels.telefono.templates: without `answer_ready` nobody tells a customer of an answer that comes more than "
                "24 h after they last wrote: it waits until they write again"
            ),
        ),
    ],
)
def test_what_does_nothing_is_warned_about(tmp_path: Path, more: str, words: str) -> None:
    assert warned(tmp_path, NUMBER + more) == [words]
