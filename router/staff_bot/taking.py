"""What people of the house write to their bot: who they are, which command it is, what is answered. Opens no case, ever.

Each row of the pseudo-channel `staff` is settled in its routing transaction, together with what it causes and the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.moves.marked import is_note
from router.notices.on_phone import language_for
from router.staff_bot.about import About, about
from router.staff_bot.answers import take_text
from router.staff_bot.asked import Asked, Said
from router.staff_bot.buttons import ON_CASE, as_payload, read_press
from router.staff_bot.cases import list_my_cases
from router.staff_bot.commands import CASE_COMMANDS, answer_question
from router.staff_bot.held import act_on_held
from router.staff_bot.kept import act_on_text, list_texts, take_back, take_edit
from router.staff_bot.linking import redeem, whose
from router.staff_bot.moves import act_on_case
from router.staff_bot.presence import come_back, pause
from router.staff_bot.words import SAYINGS, command_list, command_meant, say
from router.texts import spoken_language
from ventanilla.channel import Message
from ventanilla.keys import read_key
from ventanilla.store.events import Journal
from ventanilla.store.inbox import settle
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import outbox
from ventanilla.store.telegram_links import agent_at_telegram, note_reachable, note_refused
from ventanilla.words import STAFF_TELEGRAM, EventKind, InboxState, OutboxKind, Verdict

TO_A_STRANGER, WITHIN = 1, timedelta(hours=1)
ABOUT_INVITATIONS = 5
"""Within the hour: whoever tries one invitation after another is told so often that none of them is good."""
BUTTON = "button:"
Command = Callable[[Asked], str | Said]


def take_from_staff(
    connection: sa.Connection, house: House, row: sa.Row[Any], message: Message, journal: Journal
) -> InboxState:
    """Do what the row asks and settle it. The caller holds the row's lock; a repeat writes no second answer."""
    if message.screening.verdict is not Verdict.ACCEPT:
        return _note_happening(connection, row, message, journal)
    word, argument = _command(message.reply_text or message.text)
    agent = whose(connection, house, message.author.address, is_start=word == "start", journal=journal)
    if word == "start" and argument:
        return _redeem(connection, house, row, message, argument, journal)
    if agent is None:
        text = say(_language_of_stranger(house, message), "stranger", house=house.config.service.name)
        _answer_stranger(connection, row, message, text, journal, most=TO_A_STRANGER)
        return _settle(connection, row, InboxState.SCREENED, "stranger", journal)
    account = message.author.address
    is_new = agent.telegram != account
    asked = Asked(
        connection=connection,
        house=house,
        journal=journal,
        agent=agent,
        language=language_for(house, agent.name),
        message=message,
        inbox_id=row.id,
        asked_at=row.received_at,
        argument=argument,
    )
    if is_new and agent.telegram is not None:
        away = asked.say("moved_away", name=asked.name)
        _answer(connection, row.id, agent.name, agent.telegram, away, journal, which="former")
    if message.edits is not None:
        edited = take_edit(asked, _edited_text(asked, word))
        if edited is not None:
            _say(asked, edited)
        return _settle(connection, row, InboxState.ROUTED, "edited", journal)
    what, said = _act(asked, word, is_new=is_new)
    _say(asked, Said(text=said) if isinstance(said, str) else said)
    return _settle(connection, row, InboxState.ROUTED, what, journal)


def _act(asked: Asked, word: str | None, *, is_new: bool) -> tuple[str, str | Said]:
    """What it was, and what to answer. `is_new`: this very message has made the account theirs."""
    message = asked.message
    if word is not None:
        code = command_meant(word)
        if word == "start":
            values = {"house": asked.house.config.service.name, "name": asked.name, "commands": asked.commands}
            return "start", asked.say("welcome" if is_new else "welcome_again", **values)
        if code is None:
            return "unknown command", asked.say("unknown_command", command=f"/{word[:32]}", commands=asked.commands)
        if code in CASE_COMMANDS:
            return code, CASE_COMMANDS[code](asked, _answered(asked))
        return code, _COMMANDS[code](replace(asked, argument=asked.argument.partition("\n")[0]))
    if message.text.startswith(BUTTON) and message.sent_at is None:
        return "button", _press(asked, message.text.removeprefix(BUTTON))
    answered = _answered(asked)
    return "text", answer_question(asked, answered) or take_text(asked, answered)


def _edited_text(asked: Asked, word: str | None) -> str:
    """What an edited message says to a customer now: of `/reply KEY text` the text, of another command nothing."""
    if word is None:
        return asked.message.reply_text.strip()
    if command_meant(word) != "reply":
        return ""
    first, _, rest = asked.argument.partition(" ")
    return rest.strip() if read_key(first) else asked.argument


def _press(asked: Asked, data: str) -> Said:
    """A button under a message of the bot's; whoever pressed it is proven, what it carries is not."""
    pressed = read_press(data)
    if pressed is None:
        return act_on_held(asked, data) or Said(text=asked.say("old_button"))
    return act_on_case(asked, pressed) if pressed.verb == ON_CASE else act_on_text(asked, pressed)


def _answered(asked: Asked) -> About | None:
    return about(asked.connection, asked.account, asked.message.in_reply_to, at=asked.asked_at)


def _help(asked: Asked) -> str:
    return asked.say("help", how=asked.say("how"), commands=command_list(asked.language, whole=True))


_COMMANDS: dict[str, Command] = {
    "available": come_back,
    "pause": pause,
    "cases": list_my_cases,
    "texts": list_texts,
    "undo": take_back,
    "help": _help,
}


def _command(text: str) -> tuple[str | None, str]:
    """The word behind the slash, without the bot's name, and all that follows it; None for what is no command. Two slashes
    begin a note."""
    if not text.startswith("/") or is_note(text):
        return None, ""
    words = text[1:].split(maxsplit=1)
    if not words or text[1:2].isspace():
        return None, ""
    return words[0].partition("@")[0].lower() or None, words[1].strip() if len(words) > 1 else ""


def _redeem(
    connection: sa.Connection, house: House, row: sa.Row[Any], message: Message, token: str, journal: Journal
) -> InboxState:
    account = message.author.address
    outcome = redeem(connection, house, account, token, journal)
    language = language_for(house, outcome.agent) if outcome.agent else _language_of_stranger(house, message)
    values = {"house": house.config.service.name, "commands": command_list(language), **outcome.values}
    text = say(language, outcome.saying, **values)
    if outcome.agent is None:
        _answer_stranger(connection, row, message, text, journal, most=ABOUT_INVITATIONS)
        return _settle(connection, row, InboxState.SCREENED, outcome.saying.replace("_", " "), journal)
    _answer(connection, row.id, outcome.agent, account, text, journal)
    if outcome.former is not None:
        away = say(language, "moved_away", **values)
        _answer(connection, row.id, outcome.agent, outcome.former, away, journal, which="former")
    return _settle(connection, row, InboxState.ROUTED, "linked", journal)


def _note_happening(connection: sa.Connection, row: sa.Row[Any], message: Message, journal: Journal) -> InboxState:
    """What nobody wrote: above all, that somebody has blocked the bot or let it in again."""
    reason, account = message.screening.reason, message.author.address
    agent = agent_at_telegram(connection, account) if account else None
    if agent is not None and reason == "blocked_bot":
        note_refused(connection, agent.name, account, journal=journal)
    if agent is not None and reason == "unblocked_bot":
        note_reachable(connection, agent.name, journal=journal)
    return _settle(connection, row, InboxState.SCREENED, reason or message.screening.verdict, journal)


def _say(asked: Asked, said: Said) -> None:
    """The answer to what they wrote or pressed, found again by what it is about; without a text another message says it."""
    if not said.text:
        return
    facts: dict[str, Any] = {"case": said.about, "seen": said.seen, "in_reply_to": _answers(asked.message)}
    payload = {
        "subject": "",
        "text": said.text,
        **{name: value for name, value in facts.items() if value is not None},
        **said.extra,
        **({"buttons": as_payload(said.buttons)} if said.buttons else {}),
    }
    letter = Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=said.occasion or f"staff:{asked.inbox_id}:answer",
        via=STAFF_TELEGRAM,
        recipient=asked.account,
        payload=payload,
        agent=asked.agent.name,
    )
    put_letter(asked.connection, letter, now=asked.now)


def _answers(message: Message) -> str | None:
    """Under what the answer stands: what they wrote, or the message whose button they pressed."""
    is_press = message.sent_at is None
    return next(iter(message.in_reply_to), None) if is_press else message.external_id


def _answer(
    connection: sa.Connection,
    row_id: int,
    agent: str | None,
    account: str,
    text: str,
    journal: Journal,
    *,
    which: str = "answer",
) -> None:
    letter = Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=f"staff:{row_id}:{which}",
        via=STAFF_TELEGRAM,
        recipient=account,
        payload={"subject": "", "text": text},
        agent=agent,
    )
    put_letter(connection, letter, now=journal.now)


def _answer_stranger(
    connection: sa.Connection, row: sa.Row[Any], message: Message, text: str, journal: Journal, *, most: int
) -> None:
    """At most so many lines within an hour to somebody who is none of us: this bot is no toy."""
    account = message.author.address
    told = sa.select(sa.func.count()).where(
        outbox.c.kind == OutboxKind.SERVICE,
        outbox.c.recipient == account,
        outbox.c.created_at > journal.now - WITHIN,
        outbox.c.via == STAFF_TELEGRAM,
        outbox.c.agent.is_(None),
    )
    if account and (connection.scalar(told) or 0) < most:
        _answer(connection, row.id, None, account, text, journal)


def _settle(connection: sa.Connection, row: sa.Row[Any], state: InboxState, what: str, journal: Journal) -> InboxState:
    settle(connection, row.id, state, now=journal.now, reason=f"staff: {what}")
    if state is InboxState.SCREENED:
        journal.add(EventKind.MESSAGE_SCREENED, inbox_id=row.id, channel=row.channel, data={"verdict": "staff"})
    return state


def _language_of_stranger(house: House, message: Message) -> str:
    """What their own program speaks, if we do; else the house's."""
    theirs = message.language or ""
    return theirs if theirs in SAYINGS else spoken_language(house.config.service.language)
