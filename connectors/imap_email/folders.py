"""Opens folders read-only and finds them by name or by use; knows nothing of what is in them."""

from __future__ import annotations

import imaplib
from dataclasses import dataclass
from typing import Any

from imapclient import IMAPClient

from connectors.imap_email.refusals import plain
from ventanilla.errors import LoginRefused, Temporary


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A folder as it was when it was opened. Every mail that comes later has a UID of `uidnext` or more."""

    uidvalidity: int
    uidnext: int
    mails: int


def open_folder(client: IMAPClient, folder: str) -> Opened:
    """Open a folder so that nothing in it can be changed (EXAMINE): not even \\Recent is taken away.

    Raises LoginRefused naming the folders there are when this one is missing; Temporary when it cannot be opened now.
    """
    try:
        answer: dict[bytes, Any] = client.select_folder(folder, readonly=True)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise _explain(client, folder, error) from error
    mails = int(answer.get(b"EXISTS", 0))
    return Opened(
        uidvalidity=int(answer.get(b"UIDVALIDITY", 0)),
        uidnext=int(answer.get(b"UIDNEXT") or _next_uid(client, mails)),
        mails=mails,
    )


def folder_names(client: IMAPClient) -> list[str]:
    """Every folder that can be opened, by its readable name."""
    return [name for flags, _, name in client.list_folders() if not _has(flags, b"\\noselect", b"\\nonexistent")]


def canonical(folder: str) -> str:
    """INBOX is the one name whose case does not matter (RFC 3501, 5.1)."""
    return "INBOX" if folder.upper() == "INBOX" else folder


def _has(flags: tuple[bytes, ...], *wanted: bytes) -> bool:
    return any(flag.lower() in wanted for flag in flags)


def _next_uid(client: IMAPClient, mails: int) -> int:
    """For servers that do not tell UIDNEXT: one after the highest there is."""
    if mails == 0:
        return 1
    return max(client.search(["UID", "*"]), default=0) + 1


def _explain(client: IMAPClient, folder: str, error: imaplib.IMAP4.error) -> Exception:
    names = folder_names(client)
    if folder in names:
        return Temporary(f'the folder "{folder}" cannot be opened now: {plain(str(error))}')
    there = ", ".join(f'"{name}"' for name in sorted(names)[:40])
    return LoginRefused(f'there is no folder "{folder}"; there are: {there}', cure="name one of them in folders")
