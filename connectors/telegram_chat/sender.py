"""Sends one message at a time through a bot, or rewrites one sent before; says for certain what became of it where it can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.identity import external_id, read_external_id
from connectors.telegram_chat.library import Upload
from connectors.telegram_chat.pacing import BotPace
from connectors.telegram_chat.pieces import DOCUMENT, MOST_CAPTION, Piece, pieces_of, refuse_what_cannot_be, split_text
from connectors.telegram_chat.troubles import TROUBLES, Refusal, explain_sending, is_unwelcome, stopped_midway
from ventanilla.channel import Outgoing, Sent
from ventanilla.errors import Ambiguous, Permanent, VentanillaError
from ventanilla.pace import LocalLimiter

log = structlog.get_logger(__name__)

_UPLOAD_SECONDS = 120.0
_SAME = "message is not modified"
_NO_TEXT = "there is no text in the message to edit"
_CANNOT_EDIT = ("message to edit not found", "message can't be edited", "message_id_invalid", "message to be edited")


@dataclass(slots=True)
class _Gone:
    """How far a message got: the chat it goes to by now, whether that has moved, and the names of what went out."""

    chat: int
    parts: list[str]
    has_moved: bool = False


class TelegramSender:
    """Used by one thread at a time; keeps its connection.

    A message of several pieces that fails in the middle goes on from there when it is sent again, by whatever process. What may
    have gone out cannot be looked up, so a customer's copy of it is not sent again by itself.
    """

    repeats = False

    def __init__(self, api: BotApi, pace: BotPace | None = None) -> None:
        self._api = api
        self._pace = pace or BotPace(LocalLimiter())

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand it over: plain text, no link previews. `edits` rewrites that message, or sends anew where it is gone.

        Raises Temporary (nothing went out, or the rest is still to go, see its `parts`), TooSoon, Ambiguous (the answer was
        lost), Permanent (blocked, no such chat), LoginRefused. `Sent` names the first message: the one to edit later.
        """
        pieces = pieces_of(outgoing)
        refuse_what_cannot_be(outgoing, pieces)
        gone = _gone_before(outgoing)
        for number in range(len(gone.parts), len(pieces)):
            try:
                sent = self._put(pieces[number], outgoing, gone, is_first=number == 0)
            except Exception as trouble:
                raise self._explained(trouble, gone.parts, of=len(pieces)) from None
            gone.parts.append(external_id(self._api.bot, gone.chat, sent))
        moved = str(gone.chat) if gone.has_moved else None
        return Sent(external_id=gone.parts[0], parts=tuple(gone.parts), recipient=moved)

    def find(self, outgoing: Outgoing) -> Sent | None:
        """None: a bot cannot look up what it sent."""
        return None

    def close(self) -> None:
        """Let go of the connection. Never raises."""
        self._api.close()

    def _put(self, piece: Piece, outgoing: Outgoing, gone: _Gone, *, is_first: bool) -> int:
        """Send or rewrite one piece; its number in the chat."""
        if is_first and outgoing.edits is not None:
            edited = self._edit(piece, outgoing, gone)
            if edited is not None:
                return edited
        answers = _answered(outgoing, gone.chat) if is_first else None
        values = {**piece.values, **({"reply_parameters": answers} if answers else {})}
        try:
            return self._call(piece, values, gone)
        except Refusal as refusal:
            if refusal.code != 400 or piece.file is None or piece.method == DOCUMENT[0] or is_unwelcome(refusal):
                raise
            # It does not like the picture or the sound, or they take no voice messages: as a file it goes through.
            plain = Piece(method=DOCUMENT[0], values=piece.values, file=piece.file, file_field=DOCUMENT[1])
            return self._call(plain, values, gone)

    def _call(self, piece: Piece, values: Mapping[str, Any], gone: _Gone) -> int:
        sent = dict(values)
        if piece.file is not None:
            sent[piece.file_field] = Upload(filename=piece.file.filename, content=piece.file.content)
        seconds = _UPLOAD_SECONDS if piece.file is not None else 20.0
        try:
            answer = self._ask(piece.method, {"chat_id": gone.chat, **sent}, gone, seconds=seconds)
        except Refusal as refusal:
            if refusal.new_chat is None or refusal.new_chat == gone.chat:
                raise
            log.warning("chat_migrated", old=gone.chat, new=refusal.new_chat)
            gone.chat, gone.has_moved = refusal.new_chat, True
            sent.pop("reply_parameters", None)  # messages of the old group have other numbers here
            answer = self._ask(piece.method, {"chat_id": gone.chat, **sent}, gone, seconds=seconds)
        return _number_of(answer)

    def _ask(self, method: str, values: Mapping[str, Any], gone: _Gone, *, seconds: float = 20.0) -> Any:
        """One call, at the pace that Telegram allows; when it asks us to wait all our processes do."""
        bot = self._api.bot
        is_message = method.startswith("send")
        self._pace.wait_turn(bot, gone.chat if is_message else None, within=bool(gone.parts))
        try:
            answer = self._api.call(method, values, seconds=seconds)
        except Refusal as refusal:
            if refusal.retry_after is not None:
                self._pace.refused(bot, gone.chat, refusal.retry_after)
            raise
        self._pace.went_well(gone.chat)
        return answer

    def _explained(self, trouble: Exception, parts: list[str], *, of: int) -> Exception:
        """The error to raise; what of the message went out before is known by it."""
        error: Exception = trouble
        if isinstance(trouble, TROUBLES):
            error = explain_sending(trouble, host=self._api.host, where=self._api.where)
        elif not isinstance(trouble, VentanillaError):
            log.error("sending_broke", exc_info=trouble)
            error = Ambiguous(f"{type(trouble).__name__} (see the log): it may have gone out")
        return stopped_midway(error, parts, of=of) if parts else error

    def _edit(self, piece: Piece, outgoing: Outgoing, gone: _Gone) -> int | None:
        """Rewrite the message in place; None where it cannot be rewritten any more and must be sent anew."""
        named = read_external_id(outgoing.edits)
        if named is None or not piece.is_text:
            return None
        where = {"chat_id": named.chat, "message_id": named.number}
        try:
            self._edit_text(piece, where, gone)
        except Refusal as refusal:
            said = refusal.words.lower()
            if refusal.code != 400 or not (_SAME in said or any(words in said for words in _CANNOT_EDIT)):
                raise
            if _SAME not in said:
                return None
        gone.chat = named.chat
        return named.number

    def _edit_text(self, piece: Piece, where: Mapping[str, Any], gone: _Gone) -> None:
        try:
            self._ask("editMessageText", {**piece.values, **where}, gone)
        except Refusal as refusal:
            if refusal.code != 400 or _NO_TEXT not in refusal.words.lower():
                raise
            board = piece.values.get("reply_markup")
            caption = split_text(piece.values["text"], most=MOST_CAPTION)[0]
            self._ask("editMessageCaption", {"caption": caption, "reply_markup": board, **where}, gone)


def _gone_before(outgoing: Outgoing) -> _Gone:
    """Where an earlier try stopped; its last part says which chat it went to."""
    last = read_external_id(outgoing.parts[-1]) if outgoing.parts else None
    chat = _chat_of(outgoing.recipient)
    if last is None:
        return _Gone(chat, [])
    return _Gone(last.chat, list(outgoing.parts), has_moved=last.chat != chat)


def _chat_of(recipient: str) -> int:
    try:
        return int(recipient)
    except ValueError:
        raise Permanent(
            "the recipient is no Telegram id: expected a whole number", cure="write to another address of this person"
        ) from None


def _answered(outgoing: Outgoing, chat: int) -> dict[str, Any] | None:
    """The message that it answers, if that stands in this chat. A message deleted since does not keep ours from going out."""
    named = read_external_id(outgoing.in_reply_to)
    if named is None or named.chat != chat:
        return None
    return {"message_id": named.number, "allow_sending_without_reply": True}


def _number_of(answer: Any) -> int:
    number = answer.get("message_id") if isinstance(answer, dict) else None
    return number if isinstance(number, int) else 0
