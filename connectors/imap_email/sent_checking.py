"""Says of a mailbox whether its sent mail can be seen, in which folder, and what cures it where it cannot. Changes nothing."""

from __future__ import annotations

from imapclient import IMAPClient

from config.email import EmailSettings
from config.providers import PROVIDERS, provider_at
from connectors.imap_email.sent_folder import AUTO, find_sent
from connectors.imap_email.sent_source import OFF
from ventanilla.channel import Finding

SUBJECT = "sent mail"
_ELSEWHERE = "have your mail clients keep their copies in this mailbox's own folder of sent mail (docs/sent-folder.md)"
_AT_PROVIDER = {
    "google": 'in Gmail: Settings, Labels, tick "Show in IMAP" for Sent Mail',
    "microsoft365": (
        "a shared mailbox keeps a copy only after Set-Mailbox NAME -MessageCopyForSentAsEnabled $true "
        "-MessageCopyForSendOnBehalfEnabled $true"
    ),
}


def check_sent(client: IMAPClient, names: list[str], settings: EmailSettings) -> Finding:
    """Whether answers from an ordinary mail client will be seen. `names` are the mailbox's folders."""
    wanted = settings.sent_folder
    if wanted == OFF:
        message = 'not watched (sent_folder = "off"): answers from an ordinary mail client stop no clock'
        return Finding(subject=SUBJECT, ok=True, message=message)
    found = find_sent(client, wanted)
    if found is None:
        return _missing(names, settings)
    mails = int(client.folder_status(found, ["MESSAGES"])[b"MESSAGES"])
    message = (
        f'"{found}" is where sent mail is kept ({mails:,}); answers from an ordinary mail client count from now on'
    )
    hint = _AT_PROVIDER["microsoft365"] if _provider(settings) == "microsoft365" else "" if mails else _ELSEWHERE
    if not mails:
        message += ". It is empty: do your mail clients keep their copies there?"
    return Finding(subject=SUBJECT, ok=True, message=message, cure=hint)


def _missing(names: list[str], settings: EmailSettings) -> Finding:
    if settings.sent_folder == AUTO:
        what = "the server marks no folder as the one for sent mail (SPECIAL-USE), and none has a name known for it"
    else:
        what = f'there is no folder "{settings.sent_folder}"'
    message = f"{what}: answers from an ordinary mail client cannot be seen, and stop no clock"
    likely = [name for name in names if _sounds_like_sent(name)] or sorted(names)[:20]
    listed = ", ".join(f'"{name}"' for name in likely)
    cures = [_AT_PROVIDER.get(_provider(settings), ""), f"set sent_folder to one of: {listed}"]
    cure = "; or ".join(filter(None, cures))
    return Finding(subject=SUBJECT, ok=settings.sent_folder == AUTO, message=message, cure=cure)


def _provider(settings: EmailSettings) -> str:
    """The name of the provider whose server this is; "" for any other."""
    at = provider_at(settings.imap.host)
    return next((name for name, one in PROVIDERS.items() if one is at), "")


def _sounds_like_sent(name: str) -> bool:
    words = ("sent", "enviad", "enviat", "bidali", "gesendet", "envoy", "inviat")
    return any(word in name.lower() for word in words)
