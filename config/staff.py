"""Knows how notices reach the staff: by which bot, by which mailbox, when, and with how much text."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from config.base import Settings
from config.durations import Duration
from config.secrets import Secret
from config.servers import SmtpServer
from config.values import MailAddress, OneOrMore, Text, Url


class StaffTelegram(Settings):
    """A bot for the staff, apart from the customers' bot."""

    token: Secret
    api_url: Url | None = None


class StaffEmail(Settings):
    """Notices by e-mail: through a channel's SMTP server, or one of their own from an address of their own."""

    channel: Text | None = None
    address: MailAddress | None = None
    smtp: SmtpServer | None = None


class StaffSettings(Settings):
    """[staff]."""

    telegram: StaffTelegram | None = None
    email: StaffEmail | None = None
    trusted_authserv: Annotated[tuple[Text, ...], OneOrMore] = ()
    digest_to: Annotated[tuple[Text, ...], OneOrMore] = ()
    notify_when: Literal["on_duty", "always"] = "on_duty"
    notice_body: Literal["excerpt", "none"] = "excerpt"
    undo_send: Duration = timedelta(seconds=10)
