"""What one of our people mails in answer to a notice: believed, freed of the notice, and written as an answer to the customer.

An answer is known by the notice's token, in the ids or the address that it names; whose it is by From, which a trusted mail server
must have proven. A mail without a token that was made for somebody here is none, whatever else it says.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.mail_answers.address import letter_of, seen_with
from router.mail_answers.authenticity import doubt_about
from router.mail_answers.telling import ask_author, in_words, tell_author, tell_of_files
from router.mail_answers.text import holds_notice, without_notice
from router.mail_answers.words import said
from router.moves.base import Move, begin, find_case, require_open
from router.moves.held import UNPROVEN, release_held_answer
from router.moves.marked import is_note, note_of
from router.moves.note import add_note
from router.moves.refusals import Refused
from router.moves.reply import Answer, Written, write_reply
from router.notices.on_phone import language_for
from ventanilla.channel import Attachment
from ventanilla.errors import BadInput
from ventanilla.notice_tokens import NoticeToken, read_notice_token, tokens_in
from ventanilla.store.conversations import case_by_key
from ventanilla.store.events import Journal
from ventanilla.store.inbox import settle
from ventanilla.store.messages import Received
from ventanilla.store.tables import messages
from ventanilla.words import AddressKind, EventKind, InboxState, Side, Verdict

MOST_TOKENS = 5
_LOGO = 40_000
"""Pictures that the text shows, up to so many bytes, belong to a signature."""
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SEALED = ("application/ms-tnef", "application/vnd.ms-tnef", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SEALED_NAMES = ("winmail.dat", "smime.p7m")
_PLACEHOLDER = re.compile(r"\[(?:signed|encrypted) mail[^\]]*\]")
"""What the reader puts in the place of words that it cannot read."""
_MAYBE_ANSWERS = (Verdict.ACCEPT, Verdict.SPAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAnswer:
    """A mail that answers a notice: who says to have written it, and what its token says."""

    writer: str
    notice: NoticeToken


class _NotTaken(Exception):
    """There is nothing in this mail that could go to the customer; the code is one of the texts in mail_words.py."""

    def __init__(self, code: str, **values: str) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def find_answer(house: House, one: Received) -> FoundAnswer | None:
    """The answer to a notice that a mail is; None for every other mail: a machine's, a forwarded one, a stranger's, one that a
    person let through as a customer's. Asks the store nothing."""
    message = one.message
    if one.row.released_by or message.forwarded or message.screening.verdict not in _MAYBE_ANSWERS:
        return None
    if message.author.kind is not AddressKind.EMAIL or not message.author.address:
        return None
    addresses = (party.address for party in (*message.to, *message.cc))
    named = dict.fromkeys(tokens_in((*message.in_reply_to, *addresses, *reversed(message.references))))
    people = house.config.agents if named else {}
    writers = [name for name, settings in people.items() if settings.email == message.author.address]
    if not writers:
        return None
    key = house.installation.signing_key
    for token in list(named)[:MOST_TOKENS]:
        found = read_notice_token(key, token, writers) or read_notice_token(key, token, people)
        if found is not None:
            return FoundAnswer(writer=found.agent if found.agent in writers else writers[0], notice=found)
    return None


def take_answer(
    connection: sa.Connection, house: House, one: Received, answer: FoundAnswer, journal: Journal
) -> InboxState:
    """Write what somebody answered, or tell them why not with all of their text; settle the ledger's row either way.

    Where it is not proven whose it is, it is held until they say so. The same mail twice, or by two mailboxes, is one answer.
    The caller holds the row's lock.
    """
    doubt = doubt_about(one.message, house.config.staff.trusted_authserv)
    if doubt is None and one.message.screening.verdict is Verdict.SPAM:
        doubt = one.message.screening.reason
    try:
        with connection.begin_nested():  # what a refusal in its middle leaves behind is undone
            return _act(connection, house, one, answer, journal, doubt=doubt)
    except _NotTaken as reason:
        words = said(language_for(house, answer.writer), reason.code, **reason.values)
        return _give_back(connection, house, one, answer, journal, code=reason.code, reason=words, doubt=doubt)
    except BadInput as error:  # refused, or a list of copies that cannot be
        code, words = getattr(error, "code", ""), in_words(house, answer.writer, error)
        return _give_back(connection, house, one, answer, journal, code=code, reason=words, doubt=doubt)


def _act(
    connection: sa.Connection, house: House, one: Received, answer: FoundAnswer, journal: Journal, *, doubt: str | None
) -> InboxState:
    move = begin(connection, house, answer.writer, Side.EMAIL, now=journal.now)
    case = find_case(move, answer.notice.case_key)
    letter = letter_of(connection, case.id, answer.notice)
    text = _text(one, letter)
    if is_note(text):
        return _note(move, one, case, note_of(text), doubt)
    _require_good(move, case, answer)
    files = _files(one)
    if _PLACEHOLDER.fullmatch(text) or (not text and not files):
        raise _NotTaken("no_words")
    given = Answer(
        text=text,
        seen=seen_with(connection, case.id, letter),
        files=files,
        idempotency_key=_occasion(one, answer, text),
    )
    written = write_reply(move, case, given, hold=None if doubt is None else f"{UNPROVEN}{doubt}")
    return _written(move, one, case, written, text, doubt)


def _occasion(one: Received, answer: FoundAnswer, text: str) -> str:
    """What makes a mail the same answer when it comes again: its Message-ID, else what it answers, its words and date."""
    if one.message.external_id:
        return f"mail:{one.message.external_id}"
    sent_at = one.message.sent_at.isoformat() if one.message.sent_at else ""
    facts = "\0".join((answer.notice.case_key, answer.notice.text, text, sent_at))
    return f"mail:{hashlib.sha256(facts.encode()).hexdigest()}"


def _text(one: Received, letter: sa.Row[Any] | None) -> str:
    """The author's own words. Raises _NotTaken where they cannot be told from the notice's, or it was forwarded."""
    text = one.message.reply_text
    if letter is not None:
        notice, subject = str(letter.payload.get("text", "")), str(letter.payload.get("subject", ""))
        text = without_notice(text, notice)
        if holds_notice(text, notice, subject):
            raise _NotTaken("holds_notice")
    return text.strip()


def _require_good(move: Move, case: sa.Row[Any], answer: FoundAnswer) -> None:
    """Raises Refused unless the notice's assignment is still open, and it was this writer who was told."""
    require_open(move, case)
    if answer.notice.agent != answer.writer:
        raise Refused("not_yours", key=case.key, owner=case.owner)
    if case.assignment_number != answer.notice.assignment_number:
        if case.owner == answer.writer:
            raise _NotTaken("old_notice", key=case.key)
        raise Refused("moved_on", key=case.key, owner=case.owner)


def _files(one: Received) -> list[tuple[Attachment, str]]:
    """What was attached, without the pictures of a signature. Raises _NotTaken for a mail sealed into one file, which may hold the
    notice and cannot be looked into."""
    kept = [(file, digest) for file, digest in zip(one.message.attachments, one.kept, strict=True) if _goes_along(file)]
    for file, _ in kept:
        if file.content_type.lower() in _SEALED or file.filename.lower() in _SEALED_NAMES:
            raise _NotTaken("sealed", file=file.filename)
    return kept


def _goes_along(file: Attachment) -> bool:
    if file.content_type in _SIGNATURES:
        return False
    return not (file.inline and file.content_id and file.content_type.startswith("image/") and file.size <= _LOGO)


def _note(move: Move, one: Received, case: sa.Row[Any], text: str, doubt: str | None) -> InboxState:
    if doubt is not None:
        raise _NotTaken("note_unproven", reason=doubt)
    add_note(move, case.key, text, idempotency_key=f"mail:{one.message.external_id or one.row.id}")
    if any(_goes_along(file) for file in one.message.attachments):
        facts = {"agent": move.agent, "inbox_id": one.row.id}
        tell_of_files(move.connection, move.house, case, one.message, move.journal, **facts)
    move.journal.flush(move.connection)
    settle(
        move.connection, one.row.id, InboxState.SCREENED, now=move.now, reason=f"{Verdict.OWN}: a note on {case.key}"
    )
    return InboxState.SCREENED


def _written(
    move: Move, one: Received, case: sa.Row[Any], written: Written, text: str, doubt: str | None
) -> InboxState:
    this = messages.c.id == written.message_id
    if written.repeated:
        if doubt is None and (written.held or "").startswith(UNPROVEN):
            release_held_answer(move, written.outbox_id)
            move.journal.flush(move.connection)
        first = move.connection.scalar(sa.select(messages.c.inbox_id).where(this))
        settle(
            move.connection, one.row.id, InboxState.DUPLICATE, now=move.now, reason="same answer", duplicate_of=first
        )
        return InboxState.DUPLICATE
    move.connection.execute(sa.update(messages).where(this).values(inbox_id=one.row.id))
    move.journal.flush(move.connection)
    settle(move.connection, one.row.id, InboxState.ROUTED, now=move.now, reason=f"answer to a notice: {case.key}")
    if doubt is not None:
        ask_author(
            move.connection,
            move.house,
            case,
            text,
            move.journal,
            agent=move.agent,
            reason=doubt,
            outbox_id=written.outbox_id,
        )
    return InboxState.ROUTED


def _give_back(
    connection: sa.Connection,
    house: House,
    one: Received,
    answer: FoundAnswer,
    journal: Journal,
    *,
    code: str,
    reason: str,
    doubt: str | None,
) -> InboxState:
    """Nothing goes out: its author gets their text back with the reason."""
    key = answer.notice.case_key
    tell_author(
        connection,
        house,
        case_by_key(connection, key),
        one.message,
        journal,
        agent=answer.writer,
        code=code,
        reason=reason,
        key=key,
        inbox_id=one.row.id,
        doubtful=doubt is not None,
    )
    why = f"{Verdict.OWN}: an answer to a notice that could not go out ({code or 'bad input'})"
    settle(connection, one.row.id, InboxState.SCREENED, now=journal.now, reason=why)
    journal.add(
        EventKind.MESSAGE_SCREENED, inbox_id=one.row.id, channel=one.row.channel, data={"verdict": str(Verdict.OWN)}
    )
    return InboxState.SCREENED
