"""Knows the tables about the service as a whole: its name and zone, where things are kept, the web side, retention."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from config.base import Settings
from config.durations import PositiveDuration
from config.links import BlobsUrl, Link, QueueUrl, StoreUrl
from config.plain import expecting
from config.values import AnchoredPath, Language, Text, Url, Zone


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


class WebSettings(Settings):
    """[web]. Where webhooks, API, desk and metrics listen."""

    listen: Annotated[
        str,
        Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[^\s:/]+):[0-9]{1,5}$"),
        AfterValidator(_has_port),
        expecting('host:port such as "127.0.0.1:8080"'),
    ] = "127.0.0.1:8080"


class RetentionSettings(Settings):
    """[retention]. How long a closed case is kept."""

    keep: PositiveDuration = timedelta(days=5 * 366)
