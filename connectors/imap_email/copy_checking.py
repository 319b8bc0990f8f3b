"""Says of a mailbox who keeps a copy of the answers that are sent, and whether it can be put where it belongs. Changes nothing."""

from __future__ import annotations

import imaplib

from imapclient import IMAPClient

from config.email import EmailSettings
from connectors.imap_email.sent_copy import NEW_FOLDER, provider_saves, saves_copies
from connectors.imap_email.sent_folder import AUTO, find_sent
from connectors.imap_email.sent_source import OFF
from ventanilla.channel import Finding

SUBJECT = "copies"


def check_copies(client: IMAPClient, settings: EmailSettings) -> Finding:
    """Who keeps copies, in which folder, and the cure where the server would not let us."""
    if not saves_copies(settings):
        return Finding(subject=SUBJECT, ok=True, message=_why_none(settings))
    wanted = AUTO if settings.sent_folder == OFF else settings.sent_folder
    found = find_sent(client, wanted)
    if found is None and wanted == AUTO:
        message = f'each answer is copied into "{NEW_FOLDER}", which is made with the first'
        return Finding(subject=SUBJECT, ok=True, message=message)
    if found is None:
        cure = 'set sent_folder to "auto" or to a folder that is there; or set save_sent = false'
        return Finding(
            subject=SUBJECT, ok=False, message=f'there is no folder "{wanted}" to copy answers into', cure=cure
        )
    if not _may_append(client, found):
        message = f'answers cannot be copied into "{found}": this user may not write there'
        cure = "give the user the right to insert mails (i) there; or set save_sent = false"
        return Finding(subject=SUBJECT, ok=False, message=message, cure=cure)
    return Finding(
        subject=SUBJECT, ok=True, message=f'each answer is copied into "{found}", unless it is there already'
    )


def _why_none(settings: EmailSettings) -> str:
    if settings.smtp is None:
        return "nothing is sent from here"
    if settings.save_sent is not False and provider_saves(settings):
        return f"{settings.smtp.host} keeps a copy of what it sends by itself"
    return "no copies of answers are kept (save_sent = false)"


def _may_append(client: IMAPClient, folder: str) -> bool:
    """By the server's own word (RFC 4314, MYRIGHTS); True where it gives none."""
    if not client.has_capability("ACL"):
        return True
    try:
        said, answer = client._imap.myrights(client._normalise_folder(folder))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return True
    words = answer[0].split() if said == "OK" and answer and isinstance(answer[0], bytes) else []
    return not words or b"i" in words[-1]
