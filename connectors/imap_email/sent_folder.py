"""Finds the folder where a mailbox keeps what it sent: the one its server marks, else the one that is called so. Opens nothing."""

from __future__ import annotations

import imaplib

from imapclient import IMAPClient

from connectors.imap_email.folders import canonical

AUTO = "auto"
KNOWN_NAMES = (
    *("sent", "sent items", "sent messages", "sent mail"),
    *("enviados", "elementos enviados", "mensajes enviados", "correo enviado", "correos enviados"),
    *("enviats", "elements enviats", "missatges enviats", "correu enviat"),
    *("enviadas", "mensaxes enviadas", "mensagens enviadas", "itens enviados"),
    *("bidalitakoak", "bidalitako elementuak", "bidalitako mezuak"),
    *("gesendet", "gesendete objekte", "gesendete elemente"),
    *("envoyés", "éléments envoyés", "messages envoyés", "inviati", "posta inviata", "inviata"),
)
"""What providers and mail clients call it, in lower case; the earlier name wins where a mailbox has several."""
_DEEPEST = 2
"""`INBOX.Sent` and `[Gmail]/Sent Mail` are it; a folder of that name further down is somebody's archive."""


def find_sent(client: IMAPClient, wanted: str = AUTO) -> str | None:
    """The readable name of the folder of sent mail; None when there is none. `wanted` is the channel's `sent_folder`.

    "auto": the folder that the server marks (SPECIAL-USE, RFC 6154), else one with a name known for it. Any other word is the
    folder of exactly that name, if it is there. Asks the server again at each call; raises what the library raises.
    """
    found = client.list_folders()
    openable = [one for one in found if not _has(one[0], b"\\noselect", b"\\nonexistent")]
    if wanted != AUTO:
        names = {str(name) for _, _, name in openable}
        return canonical(wanted) if canonical(wanted) in names else None
    return _marked(openable) or _marked_when_asked(client) or _by_name(openable)


def _marked(folders: list[tuple[tuple[bytes, ...], bytes, str]]) -> str | None:
    return next((str(name) for flags, _, name in folders if _has(flags, b"\\sent")), None)


def _marked_when_asked(client: IMAPClient) -> str | None:
    """Some servers tell the marks only to those who ask for them (RFC 6154, 2)."""
    if not client.has_capability("SPECIAL-USE"):
        return None
    imap = client._imap
    try:
        said, answer = imap._simple_command("LIST", "(SPECIAL-USE)", '""', '"*"')
        _, folders = imap._untagged_response(said, answer, "LIST")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:  # it names the capability and does not take the question
        return None
    return _marked(client._proc_folder_list(folders)) if said == "OK" else None


def _by_name(folders: list[tuple[tuple[bytes, ...], bytes, str]]) -> str | None:
    """The best known of those that stand near the top."""
    candidates = []
    for _, delimiter, name in folders:
        path = str(name).split(delimiter.decode()) if delimiter else [str(name)]
        last = path[-1].casefold()
        if last in KNOWN_NAMES and len(path) <= _DEEPEST:
            candidates.append((len(path), KNOWN_NAMES.index(last), str(name)))
    return min(candidates)[2] if candidates else None


def _has(flags: tuple[bytes, ...], *wanted: bytes) -> bool:
    return any(flag.lower() in wanted for flag in flags)
