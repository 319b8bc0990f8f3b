"""Knows the whole file as one frozen object: every table, and the few answers that are derived from them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationInfo

from config.base import Settings
from config.calendars import CalendarSettings
from config.channel import ChannelSettings
from config.email import EmailSettings
from config.kinds import read_channel
from config.people import AgentSettings, TeamSettings
from config.promises import PromiseSettings
from config.reports import ReportSettings
from config.retention import RetentionSettings
from config.rules import Rule
from config.service import BlobsSettings, QueueSettings, ServiceSettings, StoreSettings, WebSettings
from config.staff import StaffSettings
from config.webhooks import WebhookSettings


def _read_channel(value: object, info: ValidationInfo) -> ChannelSettings:
    return read_channel(value, info.context)


AnyChannel = Annotated[SerializeAsAny[ChannelSettings], BeforeValidator(_read_channel)]


class Config(Settings):
    """ventanilla.toml. Attribute names are the file's; tables that name things are dictionaries by that name."""

    service: ServiceSettings = ServiceSettings()
    store: StoreSettings = StoreSettings()
    queue: QueueSettings = QueueSettings()
    blobs: BlobsSettings = BlobsSettings()
    web: WebSettings = WebSettings()
    staff: StaffSettings = StaffSettings()
    channels: dict[str, AnyChannel] = Field(default_factory=dict)
    teams: dict[str, TeamSettings] = Field(default_factory=dict)
    agents: dict[str, AgentSettings] = Field(default_factory=dict)
    calendars: dict[str, CalendarSettings] = Field(default_factory=dict)
    promises: dict[str, PromiseSettings] = Field(default_factory=dict)
    retention: RetentionSettings = RetentionSettings()
    rules: tuple[Rule, ...] = ()
    reports: tuple[ReportSettings, ...] = ()
    webhooks: dict[str, WebhookSettings] = Field(default_factory=dict)

    def store_url(self) -> str:
        """The store's address for SQLAlchemy, always with its driver. Reads the secret now; raises LoginRefused."""
        url = self.store.url.reveal()
        if url == "sqlite":
            return f"sqlite:///{self.service.data_dir / 'ventanilla.db'}"
        scheme, separator, rest = url.partition("://")
        return url if scheme == "sqlite" else f"postgresql+psycopg{separator}{rest}"

    def queue_url(self) -> str | None:
        """The queue server's address; None for the embedded one under data_dir."""
        url = self.queue.url.reveal()
        return None if url == "embedded" else url

    def staff_mailbox(self) -> str | None:
        """The channel that carries notices by e-mail: the named one, else the first e-mail channel with an SMTP server.

        None when the staff have an SMTP server of their own (`staff.email.smtp`), or nothing can send.
        """
        if self.staff.email is not None and (self.staff.email.channel or self.staff.email.smtp):
            return self.staff.email.channel
        able = (name for name, one in self.channels.items() if isinstance(one, EmailSettings) and one.smtp)
        return next(able, None)

    def as_json(self) -> dict[str, Any]:
        """The whole configuration as plain JSON without any secret's value; the same file gives the same answer."""
        return self.model_dump(mode="json", by_alias=True)
