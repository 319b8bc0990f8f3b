"""What one outgoing message becomes on Telegram: texts that fit, files by the method that shows them best. Pure.

Source: https://core.telegram.org/bots/api#sendmessage (4,096 characters), #sendphoto (captions of 1,024, photos of 10 MB).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import Permanent

MOST_TEXT, MOST_CAPTION = 4096, 1024
_MOST_PHOTO = 10_000_000
MOST_FILE = 50_000_000
_NO_PREVIEW = {"is_disabled": True}
_METHODS = {
    "image/jpeg": ("sendPhoto", "photo"),
    "image/png": ("sendPhoto", "photo"),
    "audio/ogg": ("sendVoice", "voice"),
    "audio/opus": ("sendVoice", "voice"),
    "audio/mpeg": ("sendAudio", "audio"),
    "audio/mp4": ("sendAudio", "audio"),
    "audio/x-m4a": ("sendAudio", "audio"),
}
_JOINER = "\u200d"
_LONGEST_CLUSTER = 32
DOCUMENT = ("sendDocument", "document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One call: a text, or a file under the field of that name."""

    method: str
    values: Mapping[str, Any]
    file: Attachment | None = None
    file_field: str = ""
    is_text: bool = field(default=False)


def pieces_of(outgoing: Outgoing) -> list[Piece]:
    """In the order in which they go out: text first, then files; a short text is the caption of a single file."""
    texts = split_text(outgoing.text)
    files = list(outgoing.attachments)
    caption = ""
    if len(files) == 1 and outgoing.edits is None and units(outgoing.text) <= MOST_CAPTION:
        texts, caption = [], outgoing.text
    pieces = [*(_text_piece(text) for text in texts), *(_file_piece(file, caption) for file in files)]
    if outgoing.silent:
        pieces = [replace(piece, values={**piece.values, "disable_notification": True}) for piece in pieces]
    return list(_with_buttons(pieces, outgoing))


def refuse_what_cannot_be(outgoing: Outgoing, pieces: Sequence[Piece]) -> None:
    """Before anything of it goes out. Raises Permanent."""
    if not pieces:
        raise Permanent("there is nothing to send: no text and no file")
    for file in outgoing.attachments:
        if file.size > MOST_FILE:
            raise Permanent(
                f"the file {file.filename} is too large for Telegram: {file.size / 1_000_000:.1f} MB, at most 50 MB",
                cure="put it where the customer can get it, and send its address; or send it in parts",
            )
        if file.size == 0:
            raise Permanent(f"the file {file.filename} is empty, and Telegram takes no empty files")


def keyboard(outgoing: Outgoing) -> dict[str, Any] | None:
    """The buttons under a message. Telegram sends back at most 64 bytes of what a button carries."""
    if not outgoing.buttons:
        return None
    rows = [[{"text": label, "callback_data": data} for label, data in row] for row in outgoing.buttons]
    return {"inline_keyboard": rows}


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, *, most: int = MOST_TEXT) -> list[str]:
    """The text in parts of at most `most` units, cut behind a paragraph, else a line, a word, or anywhere."""
    parts = []
    rest = text.strip()
    while units(rest) > most:
        cut = _cut(rest, most)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, most: int) -> int:
    fits = len(text.encode("utf-16-le", "surrogatepass")[: most * 2].decode("utf-16-le", "ignore"))
    for end in ("\n\n", "\n", " "):
        found = text.rfind(end, fits // 2, fits + 1)
        if found > 0:
            return found
    return _before_what_joins(text, fits)


def _before_what_joins(text: str, cut: int) -> int:
    """Not between a letter and its accent, nor within an emoji that is made of several: a little earlier, where that helps."""
    for at in range(cut, max(cut - _LONGEST_CLUSTER, 1), -1):
        if not (_joins(text[at]) or text[at - 1] == _JOINER):
            return at
    return cut


def _joins(letter: str) -> bool:
    is_skin = "\U0001f3fb" <= letter <= "\U0001f3ff"
    return letter == _JOINER or is_skin or unicodedata.category(letter) in ("Mn", "Me", "Mc")


def _text_piece(text: str) -> Piece:
    return Piece(method="sendMessage", values={"text": text, "link_preview_options": _NO_PREVIEW}, is_text=True)


def _file_piece(file: Attachment, caption: str) -> Piece:
    method, name = _METHODS.get(file.content_type.partition(";")[0].strip().lower(), DOCUMENT)
    if method == "sendPhoto" and file.size > _MOST_PHOTO:
        method, name = DOCUMENT
    return Piece(method=method, values={"caption": caption} if caption else {}, file=file, file_field=name)


def _with_buttons(pieces: list[Piece], outgoing: Outgoing) -> Iterator[Piece]:
    """Buttons stand under the text, or under its file."""
    board = keyboard(outgoing)
    last = max((number for number, piece in enumerate(pieces) if piece.is_text), default=0)
    for number, piece in enumerate(pieces):
        if board is not None and number == last:
            values = {**piece.values, "reply_markup": board}
            yield Piece(
                method=piece.method, values=values, file=piece.file, file_field=piece.file_field, is_text=piece.is_text
            )
        else:
            yield piece
