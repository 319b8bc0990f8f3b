"""The e-mail channel as the registry sees it: its sources, its reader, its sender, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from config.channel import ChannelSettings
from config.email import EmailSettings
from config.schema import Config
from config.servers import MailServer
from connectors.imap_email.connection import Login
from connectors.registry import Place
from ventanilla.channel import Finding, Message, Sender, Source
from ventanilla.comparer import Comparer
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from connectors.copying import Keeper
    from connectors.imap_email.reading.context import MailContext
    from connectors.imap_email.retro import Mailbox as PastMailbox

TRIAL = "connectors.imap_email.trial"
"""The module that reads one mail from standard input and ends: what a suspicious mail is tried with."""


def sources(settings: ChannelSettings, place: Place) -> Sequence[Source]:
    """One source a folder, and one for the folder of sent mail unless it is switched off. Opens no connection yet."""
    from connectors.imap_email.sent_source import OFF, SentSource
    from connectors.imap_email.source import ImapSource

    mail = cast(EmailSettings, settings)
    zone = ZoneInfo(place.config.service.timezone)
    login = _login(mail, mail.imap, place.name, place.tokens)
    taken_in = [
        ImapSource(mail.imap, login, folder, since=place.since, start=mail.start, zone=zone) for folder in mail.folders
    ]
    if mail.sent_folder == OFF:
        return taken_in
    return [*taken_in, SentSource(mail.imap, login, mail.sent_folder, since=place.since)]


def reader(settings: ChannelSettings, place: Place) -> Callable[[bytes], Message]:
    """What turns this channel's mails into messages."""
    from connectors.imap_email.reading.message import read_mail

    return partial(read_mail, context=_context(cast(EmailSettings, settings), place))


def sent_reader(settings: ChannelSettings, place: Place) -> Callable[[bytes], Message]:
    """What turns mails out of the Sent folder into messages of ours."""
    from connectors.imap_email.reading.outbound import read_sent

    return partial(read_sent, context=_context(cast(EmailSettings, settings), place))


def _context(mail: EmailSettings, place: Place) -> MailContext:
    from connectors.imap_email.reading.context import MailContext

    return MailContext(
        own_addresses=frozenset(own_addresses(place.config)),
        forms=tuple((form.from_, form.customer) for form in mail.forms),
        lists=mail.lists,
        staff_addresses=frozenset(one.email for one in place.config.agents.values() if one.email),
        trusted_authserv=place.config.staff.trusted_authserv,
        installation=place.installation.instance,
    )


def sender(settings: ChannelSettings, place: Place) -> Sender | None:
    """What sends from this channel's address; None without an SMTP server."""
    from connectors.imap_email.sender import SmtpSender

    mail = cast(EmailSettings, settings)
    if mail.smtp is None:
        return None
    login = _sends_as(mail, mail.smtp, place.name, place.tokens)
    return SmtpSender(mail.smtp, login, address=mail.address, name=place.config.service.name)


def keeper(settings: ChannelSettings, place: Place) -> Keeper | None:
    """What keeps copies of what is sent in the folder of sent mail; None where the settings or the provider see to that."""
    from connectors.imap_email.sent_copy import SentCopies, saves_copies
    from connectors.imap_email.sent_source import OFF

    mail = cast(EmailSettings, settings)
    if not saves_copies(mail):
        return None
    login = _login(mail, mail.imap, place.name, place.tokens)
    wanted = "auto" if mail.sent_folder == OFF else mail.sent_folder
    return SentCopies(mail.imap, login, address=mail.address, name=place.config.service.name, wanted=wanted)


def comparers(settings: ChannelSettings, place: Place) -> Sequence[Comparer]:
    """What holds each folder that is pulled against the ledger. Opens no connection yet."""
    from connectors.imap_email.comparing import FolderComparer, named, of_sent_mail
    from connectors.imap_email.sent_source import OFF, sent_name
    from connectors.imap_email.source import source_name

    mail = cast(EmailSettings, settings)
    login = _login(mail, mail.imap, place.name, place.tokens)
    made = [
        FolderComparer(mail.imap, login, named(folder), name=source_name(mail.imap, login, folder))
        for folder in mail.folders
    ]
    if mail.sent_folder == OFF:
        return made
    name, find = source_name(mail.imap, login, sent_name(mail.sent_folder)), of_sent_mail(mail.sent_folder)
    return [*made, FolderComparer(mail.imap, login, find, name=name, is_sent=True)]


def check(settings: ChannelSettings, place: Place) -> Iterator[Finding]:
    """Log in to IMAP and SMTP; say what works and what will happen. Sends nothing, changes nothing."""
    from connectors.imap_email.checking import check_mailbox

    mail = cast(EmailSettings, settings)
    login = _login(mail, mail.imap, place.name, place.tokens)
    outgoing = None if mail.smtp is None else _sends_as(mail, mail.smtp, place.name, place.tokens)
    return check_mailbox(mail, login, outgoing)


def past_of(mail: EmailSettings, config: Config, name: str, *, more: Sequence[str] = ()) -> PastMailbox:
    """What `retro` reads of this channel's mailbox: its folders, `more` folders, and the folder of sent mail. Needs no store."""
    from connectors.imap_email.reading.context import MailContext
    from connectors.imap_email.retro import Mailbox

    context = MailContext(
        own_addresses=frozenset(own_addresses(config)),
        forms=tuple((form.from_, form.customer) for form in mail.forms),
        lists=mail.lists,
        staff_addresses=frozenset(one.email for one in config.agents.values() if one.email),
    )
    return Mailbox(
        server=mail.imap,
        login=_login(mail, mail.imap, name, config.service.data_dir / "tokens"),
        folders=(*mail.folders, *more),
        sent=mail.sent_folder,
        context=context,
    )


def staff_sender(config: Config) -> Sender | None:
    """What sends notices where the staff have a mail server of their own; None without one."""
    staff = config.staff.email
    if staff is None or staff.smtp is None:
        return None
    from connectors.imap_email.sender import SmtpSender

    server = staff.smtp
    address = staff.address or server.user or ""
    login = None if server.user is None else Login(user=server.user, password=server.password)
    return SmtpSender(server, login, address=address, name=config.service.name)


def sign_in(settings: ChannelSettings, name: str, tokens: Path) -> Iterator[str]:
    """Get a person's consent for a mailbox; yields what to tell them. Raises BadInput where nothing is to be signed in to."""
    from connectors.imap_email.login import log_in

    if not isinstance(settings, EmailSettings) or settings.oauth2 is None:
        raise BadInput(f"channels.{name}: has no oauth2 table; it logs in with its password")
    for prompt in log_in(settings.oauth2, name=name, folder=tokens):
        yield f"Open {prompt.address} in any browser and type the code {prompt.code}"
        yield "Waiting…"
    yield f"signed in; the token is kept in {tokens / (name + '.json')}"


def own_addresses(config: Config) -> Iterator[str]:
    """Every mail address that is ours: of all channels, not only of the one that got the mail."""
    for settings in config.channels.values():
        if isinstance(settings, EmailSettings):
            yield settings.address
            yield from settings.aliases


def _login(mail: EmailSettings, server: MailServer, name: str, folder: Path) -> Login:
    from connectors.imap_email.login import kept_tokens

    tokens = kept_tokens(mail.oauth2, name=name, folder=folder) if mail.oauth2 else None
    return Login(
        user=server.user or mail.address, password=server.password, tokens=tokens, again=f"ventanilla login {name}"
    )


def _sends_as(mail: EmailSettings, server: MailServer, name: str, folder: Path) -> Login | None:
    """The login for SMTP; None for a server that asks for none."""
    if server.user is None and server.password is None and mail.oauth2 is None:
        return None
    return _login(mail, server, name, folder)
