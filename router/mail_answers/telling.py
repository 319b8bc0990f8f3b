"""What somebody who answered a notice by mail is told: why it did not go out, with all they had written, or that it waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House, modes
from router.mail_answers.address import answerable, newest_until
from router.mail_answers.words import said
from router.notices.on_phone import language_for
from router.notices.reach import Target, targets_of
from router.notices.turn import turn_of
from router.notices.writing import machine_headers
from router.permission import hindrance
from router.replies.answered import quoted
from router.staff_bot.words import SAYINGS
from router.texts import ALERT, spoken_language
from ventanilla.channel import Message
from ventanilla.errors import VentanillaError
from ventanilla.store.events import Journal
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import outbox
from ventanilla.words import STAFF_TELEGRAM, OutboxKind

TOLD, ASKED = "answer-told:", "answer-asked:"
MOST_TOLD, MOST_ASKED, WITHIN = 20, 20, timedelta(hours=1)
MOST_TO_DOUBTFUL = 3
"""Within the hour, of mails that need not be theirs: whoever forges somebody's address fills nobody's mailbox."""
AGAIN = (
    "newer_message",
    "already_answered",
    "being_answered",
    "holds_token",
    "holds_notice",
    "no_words",
    "forwarded",
    "sealed",
)
"""After these the author may answer what they are told, and has then seen all there is."""


def tell_author(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any] | None,
    message: Message,
    journal: Journal,
    *,
    agent: str,
    code: str,
    reason: str,
    key: str,
    inbox_id: int,
    doubtful: bool,
) -> int | None:
    """Write to an author why their answer did not go out, in answer to it; return the row's id, None where they have been told too
    often within the hour, or cannot be reached. A repeat for the same item writes nothing."""
    target = _by_mail(targets_of(connection, house, agent))
    if target is None or _told_lately(connection, target, journal) >= (MOST_TO_DOUBTFUL if doubtful else MOST_TOLD):
        return None
    language = language_for(house, agent)
    again = case is not None and code in AGAIN
    news = _news(connection, house, case, language) if case is not None and code == "newer_message" else ""
    body = "\n\n".join(
        part
        for part in said(
            language,
            "not_sent",
            reason=reason,
            news=news,
            cure=_cure(language, code, key),
            text=quoted(message.reply_text or message.text),
        ).split("\n\n")
        if part.strip()
    )
    payload = _payload(house, target, said(language, "not_sent_subject", key=key), body, language, message)
    message_id = None
    if again and case is not None:
        message_id, to_answer = answerable(house, case, agent, f"{TOLD}{inbox_id}")
        payload |= {**to_answer, "seen": newest_until(connection, case.id) or 0}
    letter = Letter(
        kind=OutboxKind.ALERT,
        dedupe_key=f"{TOLD}{inbox_id}",
        via=target.via,
        recipient=target.recipient,
        payload=payload,
        agent=agent,
        conversation_id=case.id if case is not None else None,
        assignment_number=case.assignment_number if case is not None else None,
        message_id=message_id,
    )
    return _put(connection, house, case, letter, journal)


def tell_dead_end(
    connection: sa.Connection, house: House, message: Message, journal: Journal, *, agent: str, inbox_id: int
) -> int | None:
    """Somebody answered a mail of ours that nobody can answer (a digest, an alert): it reached nobody, and they get it back."""
    target = _by_mail(targets_of(connection, house, agent))
    if target is None or _told_lately(connection, target, journal) >= MOST_TO_DOUBTFUL:
        return None
    language = language_for(house, agent)
    cure, text = said(language, "dead_end_cure"), quoted(message.reply_text or message.text)
    body = said(language, "dead_end", cure=cure, text=text)
    letter = Letter(
        kind=OutboxKind.ALERT,
        dedupe_key=f"{TOLD}{inbox_id}",
        via=target.via,
        recipient=target.recipient,
        payload=_payload(house, target, said(language, "dead_end_subject"), body, language, message),
        agent=agent,
    )
    return _put(connection, house, None, letter, journal)


def tell_of_files(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    message: Message,
    journal: Journal,
    *,
    agent: str,
    inbox_id: int,
) -> int | None:
    """Their note was kept and its files were not, which they are told in answer to it."""
    target = _by_mail(targets_of(connection, house, agent))
    if target is None or _told_lately(connection, target, journal) >= MOST_TOLD:
        return None
    language = language_for(house, agent)
    subject, body = said(language, "note_files_subject", key=case.key), said(language, "note_files")
    letter = Letter(
        kind=OutboxKind.ALERT,
        dedupe_key=f"{TOLD}{inbox_id}",
        via=target.via,
        recipient=target.recipient,
        payload=_payload(house, target, subject, body, language, message),
        agent=agent,
    )
    return _put(connection, house, case, letter, journal)


def ask_author(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    text: str,
    journal: Journal,
    *,
    agent: str,
    reason: str,
    outbox_id: int,
) -> int | None:
    """Ask somebody whether an answer held in the outbox is theirs: by two buttons on their phone (`held:send:ID`, `held:drop:ID`,
    which the staff's bot takes to router/moves/held.py), else by mail with the commands; return the row's id."""
    targets = targets_of(connection, house, agent)
    phone = next((one for one in targets if one.on_telegram), None)
    target = phone or _by_mail(targets)
    if target is None or _asked_lately(connection, agent, journal) >= MOST_ASKED:
        return None
    language, number = language_for(house, agent), str(outbox_id)
    subject = said(language, "not_proven_subject", key=case.key)
    cure = "" if phone else said(language, "not_proven_cure", number=number, agent=agent)
    body = said(language, "not_proven", key=case.key, reason=reason, text=quoted(text), cure=cure).strip()
    payload = _payload(house, target, subject, body, language, None)
    if phone:
        send, drop = said(language, "button_send"), said(language, "button_drop")
        payload |= {"buttons": [[[send, f"held:send:{number}"], [drop, f"held:drop:{number}"]]]}
    letter = Letter(
        kind=OutboxKind.ALERT,
        dedupe_key=f"{ASKED}{outbox_id}",
        via=target.via,
        recipient=target.recipient,
        payload=payload,
        agent=agent,
        conversation_id=case.id,
        assignment_number=case.assignment_number,
    )
    return _put(connection, house, case, letter, journal)


def in_words(house: House, agent: str, error: VentanillaError) -> str:
    """A refusal as the staff's bot would say it, in the language of that person; in English where it has no words for it."""
    code, values = getattr(error, "code", ""), getattr(error, "values", {})
    saying = SAYINGS[spoken_language(language_for(house, agent))].get(f"refused_{code}")
    return str(error) if saying is None else saying.format_map(_Lenient(values))


class _Lenient(dict[str, str]):
    """A name that is not given stays as it is written."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _cure(language: str, code: str, key: str) -> str:
    if code in ("no_words", "forwarded"):
        return said(language, "write_above")
    if code in AGAIN:
        return said(language, "again")
    if code == "not_open":
        return said(language, "reopen_first", key=key)
    return said(language, "note_instead", key=key)


def _news(connection: sa.Connection, house: House, case: sa.Row[Any], language: str) -> str:
    if house.config.staff.notice_body == "none" or case.waiting_since is None:
        return ""
    newest = turn_of(connection, case, case.waiting_since).newest
    return said(language, "news", text=newest.quoted()) if newest is not None and newest.reply_text else ""


def _payload(
    house: House, target: Target, subject: str, body: str, language: str, answers: Message | None
) -> dict[str, Any]:
    words = ALERT[spoken_language(language)]
    title, text = words.filled({"subject": subject, "body": body, "house": house.config.service.name})
    headers: Mapping[str, str] = machine_headers(house)
    thread: dict[str, Any] = {}
    if answers is not None and answers.external_id:
        headers = {**headers, "Auto-Submitted": "auto-replied"}
        thread = {"in_reply_to": answers.external_id, "references": [answers.external_id]}
    shown = f"{title}\n\n{text}" if target.on_telegram else text
    return {"subject": title, "text": shown, "body": text, "headers": dict(headers), "method": target.place, **thread}


def _put(
    connection: sa.Connection, house: House, case: sa.Row[Any] | None, letter: Letter, journal: Journal
) -> int | None:
    concerned = tuple(name for name in (case.channel if case is not None else None, letter.via) if name)
    if hindrance(house, modes(connection), channels=concerned, recipient=letter.recipient, staff=True):
        return None
    return put_letter(connection, letter, now=journal.now)


def _by_mail(targets: Sequence[Target]) -> Target | None:
    """Their mail address, since they answered by mail; else whatever reaches them first."""
    return next((one for one in targets if "@" in one.recipient and one.via != STAFF_TELEGRAM), None) or next(
        iter(targets), None
    )


def _asked_lately(connection: sa.Connection, agent: str, journal: Journal) -> int:
    """How often within the hour somebody was told of mails that need not be theirs, or asked about them."""
    lately = sa.select(sa.func.count()).where(
        outbox.c.kind == OutboxKind.ALERT,
        outbox.c.agent == agent,
        outbox.c.created_at > journal.now - WITHIN,
        sa.or_(outbox.c.dedupe_key.startswith(TOLD), outbox.c.dedupe_key.startswith(ASKED)),
    )
    return connection.scalar(lately) or 0


def _told_lately(connection: sa.Connection, target: Target, journal: Journal) -> int:
    lately = sa.select(sa.func.count()).where(
        outbox.c.kind == OutboxKind.ALERT,
        outbox.c.recipient == target.recipient,
        outbox.c.created_at > journal.now - WITHIN,
        outbox.c.dedupe_key.startswith(TOLD),
    )
    return connection.scalar(lately) or 0
