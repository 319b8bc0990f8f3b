"""Knows the tables about the service as a whole: its name and zone, where things are kept, the web side."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.base import Settings
from config.durations import PositiveDuration
from config.links import BlobsUrl, Link, QueueUrl, StoreUrl
from config.oidc import OidcSettings
from config.plain import expecting, plain_error
from config.secrets import Secret
from config.values import AnchoredPath, AtLeastOne, Language, Text, Url, Zone


class ServiceSettings(Settings):
    """[service]. Customers read `name` under the texts that they get."""

    name: Text = "Ventanilla"
    data_dir: AnchoredPath = Field(default=Path("var"), validate_default=True)
    language: Language = "es"
    timezone: Zone = "UTC"
    public_url: Url | None = None


class StoreSettings(Settings):
    """[store]. "sqlite" is data_dir/ventanilla.db."""

    url: StoreUrl = Link("sqlite")


class QueueSettings(Settings):
    """[queue]. "embedded" is a Valkey server under data_dir."""

    url: QueueUrl = Link("embedded")


class BlobsSettings(Settings):
    """[blobs]. "files" is data_dir/blobs."""

    url: BlobsUrl = Link("files")


def _has_port(address: str) -> str:
    if not 1 <= int(address.rpartition(":")[2]) <= 65535:
        raise ValueError(address)
    return address


def _is_network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise plain_error(f'expected a network such as "10.0.0.0/8", got "{text[:80]}"') from None


Networks = Annotated[tuple[Annotated[Text, AfterValidator(_is_network)], ...], AtLeastOne]
Audience = Annotated[
    Literal["local", "anyone", "off"] | Networks,
    expecting('"local", "anyone", "off" or networks such as ["10.0.0.0/8"]'),
]


class WebSettings(Settings):
    """[web]. Where webhooks, API, desk and metrics listen, and how our people come in. `proxies`: who is believed about
    for whom they call. Without `passwords` people come in by OpenID Connect alone."""

    listen: Annotated[
        str,
        Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[^\s:/]+):[0-9]{1,5}$"),
        AfterValidator(_has_port),
        expecting('host:port such as "127.0.0.1:8080"'),
    ] = "127.0.0.1:8080"
    metrics: Audience = "local"
    metrics_token: Secret | None = None
    desk: bool = True
    proxies: tuple[Annotated[Text, AfterValidator(_is_network)], ...] = ("127.0.0.0/8", "::1/128")
    passwords: bool = True
    password_min: Annotated[int, Field(ge=8, le=64)] = 10
    session_lasts: PositiveDuration = timedelta(days=7)
    session_idle: PositiveDuration = timedelta(hours=12)
    oidc: OidcSettings | None = None
