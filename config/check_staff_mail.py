"""Knows what answering notices by mail needs: a mail server whose word on their author counts."""

from __future__ import annotations

from collections.abc import Iterator

from config.draft import Draft
from config.email import EmailSettings
from config.remark import Remark, warning
from ventanilla.words import Mode


def check_staff_mail(draft: Draft) -> Iterator[Remark]:
    """Once customers may be written to: what becomes of an answer to a notice while nobody vouches for its author."""
    mailboxes = [one for one in draft.channels.values() if isinstance(one, EmailSettings)]
    sends = any(one.mode is Mode.LIVE for one in draft.channels.values())
    told = [name for name, one in draft.agents.items() if one.email and "email" in one.notify]
    if not (mailboxes and sends and told) or draft.staff.trusted_authserv:
        return
    yield warning(
        ("staff", "trusted_authserv"),
        "is not set: who answers a notice by mail is asked to confirm it each time (docs/answering-by-mail.md); name the server "
        "that your mailbox's mails carry in Authentication-Results",
    )
