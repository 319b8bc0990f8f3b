"""Knows the settings of one mail server, and how host, port and security fill each other in."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from config.base import Settings
from config.plain import refusal
from config.secrets import Secret
from config.values import AnchoredPath, Host, Port, Text

Security = Literal["tls", "starttls", "none"]

_BY_PORT = {993: "tls", 465: "tls", 143: "starttls", 587: "starttls", 25: "starttls"}


class MailServer(Settings):
    """One server of a mailbox. Of `port` and `security` either may be left out: each follows from the other.

    993 and 465 speak TLS from the first byte, 143, 587 and 25 begin with STARTTLS, any other port TLS. `security = "none"` is
    refused unless the host is this machine.
    """

    ports: ClassVar[dict[str, int]] = {"tls": 993, "starttls": 143, "none": 143}

    host: Host = Field(description="the server's name, unless `provider` fills it in")
    port: Port
    security: Security
    user: Text | None = None
    password: Secret | None = None
    ca_file: AnchoredPath | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        by_port = _BY_PORT.get(value["port"], "tls") if isinstance(value.get("port"), int) else "tls"
        security = value.get("security", by_port)
        port = cls.ports.get(str(security), cls.ports["tls"])
        return {"security": security, "port": port, **value}

    @model_validator(mode="after")
    def _refuse_plain_text(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            text = f'"none" sends everything in the clear; for {self.host} use "tls" or "starttls"'
            raise refusal(text, at="security")
        return self


class ImapServer(MailServer):
    """Where the mail is."""


class SmtpServer(MailServer):
    """Where mail is handed in to be sent. Without `user` it is handed in without logging in."""

    ports: ClassVar[dict[str, int]] = {"tls": 465, "starttls": 587, "none": 25}


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name: nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")
