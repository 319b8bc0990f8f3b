"""Knows the settings of an e-mail channel: mailbox, servers, login, folders, what is ours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.base import Settings
from config.channel import ChannelSettings
from config.secrets import Secret
from config.values import AnchoredPath, AutoFlag, Domain, Host, MailAddress, Port, Text, Url

Security = Literal["tls", "starttls", "none"]


class MailServer(Settings):
    """One server of a mailbox. Port and security fill each other in (993 and 465 tls, 143 and 587 starttls)."""

    host: Host
    port: Port
    security: Security
    user: Text | None = None
    password: Secret | None = None
    ca_file: AnchoredPath | None = None


class OAuth2(Settings):
    """How to get tokens instead of sending a password; addresses and scopes come from `provider` unless given."""

    tenant: Text | None = None
    client_id: Text
    client_secret: Secret | None = None
    flow: Literal["device", "client_credentials"] = "device"
    token_url: Url | None = None
    device_url: Url | None = None
    scopes: tuple[Text, ...] = ()


class Form(Settings):
    """A web form that writes from an address of ours; the customer is in Reply-To."""

    from_: MailAddress = Field(alias="from")
    customer: Literal["reply_to"] = "reply_to"


class EmailSettings(ChannelSettings):
    """[channels.NAME] with kind = "email"."""

    kind: Literal["email"] = "email"
    address: MailAddress
    aliases: tuple[MailAddress, ...] = ()
    provider: Text | None = None
    security: Security | None = None
    imap: MailServer
    smtp: MailServer | None = None
    oauth2: OAuth2 | None = None
    folders: Annotated[tuple[Text, ...], Field(min_length=1)] = ("INBOX",)
    sent_folder: Text = "auto"
    save_sent: AutoFlag = "auto"
    forms: tuple[Form, ...] = ()
    lists: tuple[Domain, ...] = ()
    plus_address: AutoFlag = "auto"
