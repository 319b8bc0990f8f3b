"""Knows what makes no sense in outbound webhooks: addresses and secrets that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.draft import Draft
from config.remark import Key, Remark, warning
from config.servers import is_loopback
from config.webhooks import WebhookSettings
from ventanilla.standard_webhooks import FEWEST_BYTES, MOST_BYTES, PREFIX, read_key

_MOST_SECRETS = 2


def check_webhooks(draft: Draft) -> Iterator[Remark]:
    """Each endpoint: where it is, and whether what it is signed with is a secret of the right kind."""
    for name, settings in draft.webhooks.items():
        key: Key = ("webhooks", name)
        yield from _address(settings, (*key, "url"))
        yield from _secrets(settings, (*key, "secret"))


def _address(settings: WebhookSettings, key: Key) -> Iterator[Remark]:
    parts = urlsplit(settings.url)
    if parts.username or parts.password:
        yield Remark(key, "a name or password in the address would be sent to nobody: calls are signed with `secret`")
    elif parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        yield warning(key, f"http:// sends what happens in the clear to {parts.hostname}; better https://")


def _secrets(settings: WebhookSettings, key: Key) -> Iterator[Remark]:
    if len(settings.secret) > _MOST_SECRETS:
        yield Remark(key, f"expected one secret, or two while it changes, got {len(settings.secret)}")
    for number, secret in enumerate(settings.secret):
        if not secret.trouble() and read_key(secret.reveal()) is None:
            wanted = f"{PREFIX} and base64 of {FEWEST_BYTES} to {MOST_BYTES} bytes"
            yield Remark((*key, number), f'expected {wanted}; make one: echo "{PREFIX}$(openssl rand -base64 32)"')
