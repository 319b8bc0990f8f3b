"""Knows the settings of an e-mail channel: mailbox, servers, login, folders, what is ours."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from config.base import Settings
from config.channel import ChannelSettings
from config.plain import nearest, plain_error
from config.providers import PROVIDERS, Provider
from config.secrets import Secret
from config.servers import ImapServer, MailServer, Security, SmtpServer
from config.values import AtLeastOne, AutoFlag, Domain, MailAddress, Text, Unique, Url

__all__ = ["EmailSettings", "Form", "ImapServer", "MailServer", "OAuth2", "SmtpServer"]


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


def _known(name: str) -> str:
    if name not in PROVIDERS:
        raise plain_error(f'unknown provider "{name}"{nearest(name, PROVIDERS, quote=chr(34))}')
    return name


class EmailSettings(ChannelSettings):
    """[channels.NAME] with kind = "email".

    `provider` fills in what the tables leave out: hosts, ports, token addresses, scopes. `security` is for both servers. The
    user of a server is `address` unless given. An SMTP server without user and password takes those of IMAP if it is the
    provider's own or the same host; any other gets no login that nobody gave it.
    """

    kind: Literal["email"] = "email"
    address: MailAddress = Field(description='what customers write to, such as address = "info@example.com"')
    aliases: Annotated[tuple[MailAddress, ...], Unique] = ()
    provider: Annotated[Text, AfterValidator(_known)] | None = None
    security: Security | None = None
    imap: ImapServer = Field(description='such as imap = { host = "imap.example.com", … }, or name a `provider`')
    smtp: SmtpServer | None = None
    oauth2: OAuth2 | None = None
    folders: Annotated[tuple[Text, ...], AtLeastOne, Unique] = ("INBOX",)
    sent_folder: Text = "auto"
    save_sent: AutoFlag = "auto"
    forms: tuple[Form, ...] = ()
    lists: tuple[Domain, ...] = ()
    plus_address: AutoFlag = "auto"

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        provider = PROVIDERS.get(str(value.get("provider")))
        filled = dict(value)
        _fill_imap(filled, provider)
        _fill_smtp(filled, provider)
        if provider and provider.oauth2 and isinstance(filled.get("oauth2"), dict):
            filled["oauth2"] = _filled_oauth2(filled["oauth2"], provider)
        return filled

    def addresses(self) -> tuple[str, ...]:
        """Every address of ours at this mailbox, the main one first."""
        return (self.address, *self.aliases)


def _fill_imap(channel: dict[str, Any], provider: Provider | None) -> None:
    server = channel.get("imap", {} if provider else None)
    if isinstance(server, dict):
        channel["imap"] = _server(channel, server, provider.imap if provider else None)
        _log_in_as_address(channel, channel["imap"])
    if "address" not in channel and isinstance(server, dict) and "@" in str(server.get("user")):
        channel["address"] = server["user"]


def _fill_smtp(channel: dict[str, Any], provider: Provider | None) -> None:
    server = channel.get("smtp", {} if provider else None)
    if not isinstance(server, dict):
        return
    channel["smtp"] = filled = _server(channel, server, provider.smtp if provider else None)
    imap = channel.get("imap")
    if isinstance(imap, dict) and "user" not in server and "password" not in server:
        is_same = filled.get("host") == imap.get("host") or bool(provider and "host" not in server)
        filled |= {key: imap[key] for key in ("user", "password") if is_same and key in imap}
    elif "password" in server or isinstance(channel.get("oauth2"), dict):
        _log_in_as_address(channel, filled)


def _log_in_as_address(channel: dict[str, Any], server: dict[str, Any]) -> None:
    if isinstance(channel.get("address"), str):
        server.setdefault("user", channel["address"])


def _server(channel: dict[str, Any], server: dict[str, Any], preset: tuple[str, int] | None) -> dict[str, Any]:
    filled = dict(server)
    if preset and "host" not in filled:
        filled["host"] = preset[0]
        if "port" not in filled and "security" not in filled and "security" not in channel:
            filled["port"] = preset[1]
    if "security" not in filled and channel.get("security") in ("tls", "starttls", "none"):
        filled["security"] = channel["security"]
    return filled


def _filled_oauth2(table: dict[str, Any], provider: Provider) -> dict[str, Any]:
    preset = provider.oauth2
    assert preset is not None  # noqa: S101 - the caller looked
    tenant = table.get("tenant", preset.tenant)
    filled: dict[str, Any] = {"token_url": preset.token_url.replace("{tenant}", str(tenant))}
    if preset.device_url is not None:
        filled["device_url"] = preset.device_url.replace("{tenant}", str(tenant))
    flow = table.get("flow", "device")
    filled["scopes"] = next((scopes for name, scopes in preset.scopes.items() if name == flow), ())
    if tenant is not None:
        filled["tenant"] = tenant
    return filled | table
