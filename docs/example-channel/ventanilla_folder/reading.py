"""Turns a file's bytes into a message. Pure: knows no folder and no clock."""

from __future__ import annotations

from email.utils import parseaddr

from ventanilla.channel import Message, Party
from ventanilla.errors import BadMessage
from ventanilla.words import AddressKind


def read_file(raw: bytes, *, account: str) -> Message:
    """`From: Eva <eva@example.org>`, an empty line, the text. Raises BadMessage for anything else."""
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadMessage("it is not UTF-8 text") from None
    first, _, rest = text.partition("\n")
    word, colon, sender = first.partition(":")
    name, address = parseaddr(sender)
    if word.strip().lower() != "from" or not colon or "@" not in address:
        raise BadMessage("its first line does not say who it is from, as in: From: Eva <eva@example.org>")
    customer = Party(address=address.lower(), name=name, kind=AddressKind.EMAIL)
    said = rest.strip()
    return Message(
        author=customer,
        customer=customer,
        text=said,
        reply_text=said,
        account=account,
        conversational=True,  # files name no subject: they continue their sender's open case
        medium="folder",
    )
