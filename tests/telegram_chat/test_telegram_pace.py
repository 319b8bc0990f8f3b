"""The pace at which a bot writes: short waits on the spot, longer ones put off, Telegram's own word kept by all."""

from __future__ import annotations

import pytest

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.pacing import BotPace
from connectors.telegram_chat.sender import TelegramSender
from tests.servers.telegram_api import TelegramApi
from ventanilla.channel import Outgoing
from ventanilla.errors import Temporary, TooSoon
from ventanilla.pace import LocalLimiter

LUCIA, EVA, GROUP = 550011, 550022, -100550033


class Clock:
    """A clock that moves when somebody sleeps."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds + 0.001


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> LocalLimiter:
    """The buckets that all share."""
    return LocalLimiter(clock)


@pytest.fixture
def pace(clock: Clock, limiter: LocalLimiter) -> BotPace:
    return BotPace(limiter, sleep=clock.sleep)


def went(pace: BotPace, clock: Clock, chats: list[int], *, seconds: float) -> list[tuple[float, int]]:
    """When what went to whom, if as much as possible is sent for so long."""
    began, sent = clock.now, []
    while clock.now < began + seconds:
        for chat in chats:
            try:
                pace.wait_turn("7", chat, within=False)
            except TooSoon:
                clock.now += 0.005
            else:
                sent.append((clock.now, chat))
    return sent


def most_in(sent: list[tuple[float, int]], seconds: float) -> int:
    """The most that went in any stretch of so many seconds."""
    return max(sum(at <= other < at + seconds for other, _ in sent) for at, _ in sent)


def test_no_chat_gets_more_than_about_one_a_second(pace: BotPace, clock: Clock) -> None:
    assert most_in(went(pace, clock, [LUCIA], seconds=60), 30) in (32, 33)  # with three at once


def test_no_group_gets_more_than_twenty_a_minute(pace: BotPace, clock: Clock) -> None:
    assert most_in(went(pace, clock, [GROUP], seconds=200), 60) in (19, 20)


def test_a_bot_writes_at_most_thirty_a_second_and_not_much_less(pace: BotPace, clock: Clock) -> None:
    sent = went(pace, clock, list(range(1, 500)), seconds=20)

    assert 25 <= most_in(sent, 1) <= 30


def test_another_bot_has_a_pace_of_its_own(pace: BotPace) -> None:
    for _ in range(3):
        pace.wait_turn("7", LUCIA, within=False)
    with pytest.raises(TooSoon):
        pace.wait_turn("7", LUCIA, within=False)

    pace.wait_turn("8", LUCIA, within=False)


def test_rewriting_a_message_is_no_message_more(server: TelegramApi, api: BotApi, pace: BotPace) -> None:
    sender = TelegramSender(api, pace)
    sent = sender.send(Outgoing(id=1, recipient=str(LUCIA), text="0"))

    for number in range(1, 6):
        sender.send(Outgoing(id=1, recipient=str(LUCIA), text=str(number), edits=sent.external_id))
    for number in range(2):
        sender.send(Outgoing(id=1, recipient=str(LUCIA), text=str(number)))

    assert len(server.bot.sent) == 3


def test_the_parts_of_one_message_stay_together(pace: BotPace, clock: Clock) -> None:
    began = clock.now

    for _ in range(6):
        pace.wait_turn("7", LUCIA, within=True)

    assert clock.now - began == pytest.approx(3, abs=0.1)


def test_who_was_refused_waits_as_long_as_telegram_says_and_others_do_not(
    pace: BotPace, clock: Clock, limiter: LocalLimiter
) -> None:
    pace.refused("7", LUCIA, 35)

    other_process = BotPace(limiter, sleep=clock.sleep)
    with pytest.raises(TooSoon) as caught:
        other_process.wait_turn("7", LUCIA, within=True)
    assert caught.value.retry_after == pytest.approx(35)
    assert not caught.value.is_whole
    other_process.wait_turn("7", EVA, within=False)


def test_when_chat_after_chat_is_refused_the_whole_bot_waits(pace: BotPace, clock: Clock) -> None:
    pace.refused("7", LUCIA, 20)
    pace.refused("7", EVA, 20)

    with pytest.raises(TooSoon) as caught:
        pace.wait_turn("7", 550044, within=False)
    assert caught.value.is_whole
    clock.now += 20.1
    pace.wait_turn("7", 550044, within=False)


def test_two_refusals_with_a_success_between_them_are_about_two_chats(pace: BotPace) -> None:
    pace.refused("7", LUCIA, 20)
    pace.went_well(EVA)
    pace.refused("7", EVA, 20)

    pace.wait_turn("7", 550044, within=False)


def test_what_telegram_asked_to_wait_for_is_not_asked_again_before(
    server: TelegramApi, api: BotApi, pace: BotPace, clock: Clock
) -> None:
    sender = TelegramSender(api, pace)
    refusal = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 30}}
    server.planned["sendMessage"] = [(429, refusal)]
    letter = Outgoing(id=1, recipient=str(LUCIA), text="Hola")

    with pytest.raises(Temporary):
        sender.send(letter)
    with pytest.raises(TooSoon):
        sender.send(letter)
    assert len(server.bot.calls) == 1
    clock.now += 30.1
    sender.send(letter)

    assert len(server.bot.sent) == 1
