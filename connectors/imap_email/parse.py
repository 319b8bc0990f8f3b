"""`parse`: what the e-mail channel would make of files and folders, as plain objects. Reads files, records nothing.

Understood: single mails (`.eml` or any name), Maildir folders, mbox files. A file that is no mail yields an object with `error`.
"""

from __future__ import annotations

import mmap
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.imap_email.reading import MailContext, read_mail
from connectors.imap_email.reading.limits import MAX_RAW
from ventanilla.channel import Attachment, Message, Party
from ventanilla.errors import BadInput, BadMessage

_MBOX_START = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]{0,500}\d\d:\d\d[^\r\n]{0,100}\r?\n")
_MBOX_ESCAPE = re.compile(rb"(?m)^>(>*From )")
_NOT_MAIL = re.compile(r"\.|dovecot|maildirfolder\Z|subscriptions\Z|courierimap")
STDIN = Path("-")
_EMPTY: dict[str, Any] = {
    "from_address": None,
    "from_name": None,
    "to": [],
    "cc": [],
    "reply_to": [],
    "subject": None,
    "text": None,
    "reply_text": None,
    "html": None,
    "message_id": None,
    "in_reply_to": None,
    "references": [],
    "sent_at": None,
    "attachments": [],
    "screening": None,
    "bounce": None,
}


def parse_paths(paths: Sequence[Path], context: MailContext) -> Iterator[dict[str, Any]]:
    """One object for each mail, in the order of the paths and of their names. Raises BadInput for a path that is not there.

    `path` is the file (`box.mbox#3` for the third mail of an mbox); `error` is None, or why that one could not be read.
    """
    for name, raw in raw_mails(paths):
        yield (
            {"path": name, "error": str(raw), **_EMPTY} if isinstance(raw, OSError) else _parse_one(name, raw, context)
        )


def raw_mails(paths: Sequence[Path]) -> Iterator[tuple[str, bytes | OSError]]:
    """Each mail's name and bytes, or why its file cannot be read; `-` is standard input. Raises BadInput as above."""
    for path in paths:
        if path != STDIN and not path.exists():
            raise BadInput(f"{path}: no such file or folder")
    for path in paths:
        if path == STDIN:
            yield "-", sys.stdin.buffer.read(MAX_RAW + 1)
        else:
            for file in _files(path):
                yield from _raw_mails(file)


def message_object(message: Message) -> dict[str, Any]:
    """A message as `parse --json` prints it (the names are a contract). Ids keep their angle brackets; times are UTC."""
    return {
        "from_address": message.author.address,
        "from_name": message.author.name,
        "to": _addresses(message.to),
        "cc": _addresses(message.cc),
        "reply_to": _addresses(message.reply_to),
        "subject": message.subject,
        "text": message.text,
        "reply_text": message.reply_text,
        "html": message.html,
        "message_id": message.external_id,
        "in_reply_to": message.in_reply_to[0] if message.in_reply_to else None,
        "references": list(message.references),
        "sent_at": message.sent_at.isoformat().replace("+00:00", "Z") if message.sent_at else None,
        "attachments": [_attachment(attachment) for attachment in message.attachments],
        "screening": {"verdict": message.screening.verdict.value, "reason": message.screening.reason},
        "bounce": _bounce(message),
        "customer": message.customer.address,
        "forwarded": message.forwarded,
        "case_keys": list(message.case_keys),
    }


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not (name == "tmp" and {"cur", "new"} <= set(folders)))
        for name in sorted(names):
            file = Path(folder, name)
            if not _NOT_MAIL.match(name) and file.is_file():
                yield file


def _raw_mails(path: Path) -> Iterator[tuple[str, bytes | OSError]]:
    try:
        if _is_mbox(path):
            yield from ((f"{path}#{number}", raw) for number, raw in _mbox_mails(path))
        else:
            with path.open("rb") as file:
                yield str(path), file.read(MAX_RAW + 1)
    except OSError as error:
        yield str(path), error


def _parse_one(name: str, raw: bytes, context: MailContext) -> dict[str, Any]:
    try:
        return {"path": name, "error": None, **message_object(read_mail(raw, context))}
    except BadMessage as error:
        return {"path": name, "error": str(error), **_EMPTY}


def _is_mbox(path: Path) -> bool:
    """By name, or by its first line where the name says nothing; never a file of a Maildir."""
    if path.suffix.lower() in (".mbox", ".mbx"):
        return True
    if path.suffix.lower() == ".eml" or path.parent.name in ("cur", "new"):
        return False
    with path.open("rb") as file:
        return bool(_MBOX_START.match(file.read(1000)))


def _mbox_mails(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each mail's bytes with its number from 1; the file is mapped, not read whole."""
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for number, (start, end) in enumerate(_spans(_MBOX_START.finditer(data), len(data)), start=1):
            yield number, _MBOX_ESCAPE.sub(rb"\1", data[start : min(end, start + MAX_RAW + 1)])


def _spans(starts: Iterable[re.Match[bytes]], size: int) -> Iterator[tuple[int, int]]:
    begun = 0
    for match in starts:
        if match.start() > begun:
            yield begun, match.start()
        begun = match.end()
    yield begun, size


def _addresses(parties: Sequence[Party]) -> list[str]:
    return [party.address for party in parties]


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.inline,
    }


def _bounce(message: Message) -> dict[str, str] | None:
    bounce = message.bounce
    return None if bounce is None else {"recipient": bounce.recipient, "status": bounce.status, "action": bounce.action}
