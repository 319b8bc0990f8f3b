"""Knows the mail providers' servers and OAuth endpoints, as data; each entry is what the provider's own help pages say.

`{tenant}` in an address is the channel's `oauth2.tenant`. Where the device code flow or passwords are known not to work, the
provider's `caution` says so: the loader shows it as a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Flow = Literal["device", "client_credentials"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthPreset:
    """Where a provider gives out tokens, and the scopes for IMAP and SMTP in each flow that it has."""

    token_url: str
    device_url: str | None = None
    scopes: dict[Flow, tuple[str, ...]] = field(default_factory=dict)
    tenant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider's servers: (host, port); the security follows from the port.

    `saves_sent`: what goes out through its SMTP server stands in the mailbox's folder of sent mail without our doing.
    `keeps_plus`: what is sent to `local+anything@domain` arrives at `local@domain`.
    """

    imap: tuple[str, int]
    smtp: tuple[str, int]
    oauth2: OAuthPreset | None = None
    has_passwords: bool = True
    caution: str = ""
    saves_sent: bool = False
    keeps_plus: bool = False


def _standard(imap: str, smtp: str, *, caution: str = "", keeps_plus: bool = False) -> Provider:
    """IMAP on 993 and SMTP on 465, both TLS from the first byte."""
    return Provider(imap=(imap, 993), smtp=(smtp, 465), caution=caution, keeps_plus=keeps_plus)


# https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
_MICROSOFT_DEVICE = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
    "offline_access",
)
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/"
_APP_PASSWORD = "needs an app password (two-step verification on): the ordinary password is refused"  # noqa: S105

PROVIDERS: dict[str, Provider] = {
    "microsoft365": Provider(
        imap=("outlook.office365.com", 993),
        smtp=("smtp.office365.com", 587),
        oauth2=OAuthPreset(
            token_url=_MICROSOFT + "token",
            device_url=_MICROSOFT + "devicecode",
            scopes={
                "device": _MICROSOFT_DEVICE,
                "client_credentials": ("https://outlook.office365.com/.default",),
            },
            tenant="organizations",
        ),
        has_passwords=False,
        saves_sent=True,  # plus-addresses: the organisation's own choice
    ),
    "outlook": Provider(
        imap=("outlook.office365.com", 993),
        smtp=("smtp-mail.outlook.com", 587),
        oauth2=OAuthPreset(
            token_url=_MICROSOFT + "token",
            device_url=_MICROSOFT + "devicecode",
            scopes={"device": _MICROSOFT_DEVICE},
            tenant="consumers",
        ),
        has_passwords=False,
        saves_sent=True,
        keeps_plus=True,
    ),
    # The device flow's scopes: https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes
    "google": Provider(
        imap=("imap.gmail.com", 993),
        smtp=("smtp.gmail.com", 465),
        oauth2=OAuthPreset(
            token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
            device_url="https://oauth2.googleapis.com/device/code",
            scopes={"device": ("https://mail.google.com/",)},
        ),
        caution=_APP_PASSWORD,
        saves_sent=True,
        keeps_plus=True,
    ),
    "ionos": _standard("imap.ionos.es", "smtp.ionos.es"),
    "ionos-com": _standard("imap.ionos.com", "smtp.ionos.com"),
    "ionos-mx": _standard("imap.ionos.mx", "smtp.ionos.mx"),
    "ionos-de": _standard("imap.ionos.de", "smtp.ionos.de"),
    "ionos-fr": _standard("imap.ionos.fr", "smtp.ionos.fr"),
    "ionos-it": _standard("imap.ionos.it", "smtp.ionos.it"),
    "ionos-uk": _standard("imap.ionos.co.uk", "smtp.ionos.co.uk"),
    "arsys": _standard("imap.serviciodecorreo.es", "smtp.serviciodecorreo.es"),
    "ovh": _standard("ssl0.ovh.net", "ssl0.ovh.net"),
    "gandi": _standard("mail.gandi.net", "mail.gandi.net"),
    "infomaniak": _standard("mail.infomaniak.com", "mail.infomaniak.com"),
    "hostinger": _standard("imap.hostinger.com", "smtp.hostinger.com"),
    "godaddy": _standard("imap.secureserver.net", "smtpout.secureserver.net"),
    "aruba": _standard("imaps.aruba.it", "smtps.aruba.it"),
    "strato": _standard("imap.strato.de", "smtp.strato.de"),
    "mailbox.org": _standard("imap.mailbox.org", "smtp.mailbox.org", keeps_plus=True),
    "fastmail": _standard("imap.fastmail.com", "smtp.fastmail.com", caution=_APP_PASSWORD, keeps_plus=True),
    "zoho": _standard("imap.zoho.com", "smtp.zoho.com"),
    "zoho-eu": _standard("imap.zoho.eu", "smtp.zoho.eu"),
    "yahoo": _standard("imap.mail.yahoo.com", "smtp.mail.yahoo.com", caution=_APP_PASSWORD),
    "icloud": Provider(imap=("imap.mail.me.com", 993), smtp=("smtp.mail.me.com", 587), caution=_APP_PASSWORD),
}


def provider_at(host: str) -> Provider | None:
    """The provider whose own IMAP or SMTP server this is; None for any other server."""
    return next((one for one in PROVIDERS.values() if host.lower() in (one.imap[0], one.smtp[0])), None)
