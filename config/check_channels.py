"""Knows what makes no sense in or between channels: one mailbox twice, a login that cannot work, a mode that cannot send."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from config.channel import ChannelSettings
from config.check_telegram import check_telegram
from config.check_twilio import check_twilio
from config.draft import Draft
from config.email import EmailSettings, OAuth2
from config.kinds import KINDS
from config.providers import PROVIDERS
from config.remark import Key, Remark, warning
from config.servers import MailServer, is_loopback
from config.twilio import TwilioSettings
from ventanilla.words import Mode

_USUAL = {993: "tls", 465: "tls", 143: "starttls", 587: "starttls"}


def check_channels(draft: Draft, *, available_kinds: Collection[str]) -> Iterator[Remark]:
    """Every channel by itself, then what two of them may not share."""
    for name, channel in draft.channels.items():
        key: Key = ("channels", name)
        yield from _available(key, channel, available_kinds)
        yield from _only_to(key, channel)
        if isinstance(channel, EmailSettings):
            yield from _email(key, channel)
        elif isinstance(channel, TwilioSettings):
            yield from check_twilio(key, channel)
    yield from check_telegram(draft)
    yield from _shared(draft)


def _available(key: Key, channel: ChannelSettings, available: Collection[str]) -> Iterator[Remark]:
    if channel.kind in KINDS and channel.kind not in available:
        ready = ", ".join(f'"{kind}"' for kind in sorted(available))
        yield Remark((*key, "kind"), f'"{channel.kind}" is not available in this version; available: {ready}')


def _email(key: Key, channel: EmailSettings) -> Iterator[Remark]:
    if channel.mode is not Mode.OBSERVE and channel.smtp is None:
        yield Remark((*key, "smtp"), f'is required in mode "{channel.mode}": nothing could be sent')
    yield from _login(key, channel)
    if channel.oauth2 is not None:
        yield from _oauth2((*key, "oauth2"), channel, channel.oauth2)
    yield from check_server((*key, "imap"), channel.imap)
    if channel.smtp is not None:
        yield from check_server((*key, "smtp"), channel.smtp)
    if channel.address in channel.aliases:
        yield Remark((*key, "aliases", channel.aliases.index(channel.address)), "is the same as `address`")
    if channel.sent_folder in channel.folders:
        yield Remark((*key, "sent_folder"), f'"{channel.sent_folder}" is also in `folders`: what we send would come in')


def _only_to(key: Key, channel: ChannelSettings) -> Iterator[Remark]:
    if channel.mode is Mode.INTERNAL and not channel.only_to:
        yield warning((*key, "only_to"), 'is empty: in mode "internal" no customer at all is written to')
    if channel.only_to and channel.mode is not Mode.INTERNAL:
        yield warning((*key, "only_to"), f'counts in mode "internal" only; the mode is "{channel.mode}"')


def _login(key: Key, channel: EmailSettings) -> Iterator[Remark]:
    provider = PROVIDERS.get(channel.provider or "")
    if channel.oauth2 is None and channel.imap.password is None:
        yield Remark((*key, "imap", "password"), "is required, or `oauth2` in its place")
    if channel.oauth2 is not None and channel.imap.password is not None:
        yield warning((*key, "imap", "password"), "is not used: `oauth2` logs in")
    if channel.oauth2 is None and provider is not None and not provider.has_passwords:
        yield warning(
            (*key, "oauth2"), f"{channel.provider} refuses passwords; register an application and set `oauth2`"
        )
    elif channel.oauth2 is None and provider is not None and provider.caution:
        yield warning((*key, "imap", "password"), f"{channel.provider} {provider.caution}")
    smtp = channel.smtp
    if smtp is not None and channel.oauth2 is None:
        if smtp.user is None and not is_loopback(smtp.host):
            yield warning((*key, "smtp", "user"), "is not set: mail is handed in without logging in")
        if smtp.user is not None and smtp.password is None:
            yield Remark((*key, "smtp", "password"), "is required beside `user`")


def _oauth2(key: Key, channel: EmailSettings, oauth2: OAuth2) -> Iterator[Remark]:
    for needed in ("token_url", *(("device_url",) if oauth2.flow == "device" else ())):
        if getattr(oauth2, needed) is None:
            yield Remark(
                (*key, needed), "is required unless `provider` is one that has it: microsoft365, outlook, google"
            )
    for name in ("token_url", "device_url"):
        url = urlsplit(getattr(oauth2, name) or "")
        if url.scheme == "http" and not is_loopback(url.hostname or ""):
            yield Remark((*key, name), f"would send secrets to {url.hostname} in the clear; use https")
    if not oauth2.scopes:
        has_flow = channel.provider is None or not oauth2.token_url
        yield Remark(
            (*key, "scopes"),
            'is required, such as ["https://outlook.office365.com/.default"]'
            if has_flow
            else f'is required: {channel.provider} has no known scopes for flow "{oauth2.flow}"',
        )
    if oauth2.flow == "client_credentials":
        yield from _client_credentials(key, channel, oauth2)
    elif channel.provider == "google":
        yield warning((*key, "flow"), "Google grants no mail scope in the device flow; use an app password instead")


def _client_credentials(key: Key, channel: EmailSettings, oauth2: OAuth2) -> Iterator[Remark]:
    if oauth2.client_secret is None:
        yield Remark((*key, "client_secret"), 'is required for flow "client_credentials"')
    if channel.provider == "microsoft365" and oauth2.tenant in (None, "common", "organizations", "consumers"):
        yield Remark(
            (*key, "tenant"), 'is required for flow "client_credentials": the directory (tenant) id or its domain'
        )


def check_server(key: Key, server: MailServer) -> Iterator[Remark]:
    """What is odd or missing about one mail server."""
    usual = _USUAL.get(server.port)
    if usual is not None and server.security not in (usual, "none"):
        yield warning((*key, "security"), f'port {server.port} usually speaks "{usual}", not "{server.security}"')
    if server.user is None and server.password is not None:
        yield Remark((*key, "user"), "is required beside `password`")
    if server.ca_file is not None and not server.ca_file.is_file():
        yield Remark((*key, "ca_file"), f"there is no file {server.ca_file}")


def _shared(draft: Draft) -> Iterator[Remark]:
    """What belongs to one channel alone: an address, a mailbox's folder, a number."""
    seen: dict[tuple[object, ...], str] = {}
    for name, channel in draft.channels.items():
        for claim, key, text in _claims(channel):
            other = seen.setdefault(claim, name)
            if other != name:
                yield Remark(("channels", name, *key), f'{text} already belongs to channel "{other}"')


def _claims(channel: ChannelSettings) -> Iterator[tuple[tuple[object, ...], Key, str]]:
    if isinstance(channel, EmailSettings):
        for number, address in enumerate(channel.addresses()):
            yield ("mail", address), ("aliases", number - 1) if number else ("address",), address
        account = (channel.imap.host.lower(), str(channel.imap.port), channel.imap.user or "")
        for number, folder in enumerate(channel.folders):
            yield (
                ("folder", *account, folder),
                ("folders", number),
                f'folder "{folder}" of {account[2]} at {account[0]}',
            )
    elif isinstance(channel, TwilioSettings):
        for field in ("numbers", "whatsapp"):
            for number, phone in enumerate(getattr(channel, field)):
                yield (field, phone), (field, number), phone
