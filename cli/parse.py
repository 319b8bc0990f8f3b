"""`parse`: what the e-mail channel would make of files and folders. Needs no settings file and records nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import context

_EXCERPT = 10


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(parse)


def parse(
    paths: Annotated[list[Path], typer.Argument(help="Mails (.eml), Maildir folders, mbox files.", metavar="PATH")],
    own: Annotated[
        list[str] | None, typer.Option(help="An address of ours; may be repeated.", metavar="ADDRESS")
    ] = None,
    form: Annotated[
        list[str] | None, typer.Option(help="What a web form of ours writes from; may be repeated.", metavar="ADDRESS")
    ] = None,
    list_: Annotated[list[str] | None, typer.Option("--list", help="A List-Id of ours.", metavar="ID")] = None,
    staff: Annotated[list[str] | None, typer.Option(help="An address of one of us.", metavar="ADDRESS")] = None,
    authserv: Annotated[
        list[str] | None, typer.Option(help="A server whose Authentication-Results count.", metavar="NAME")
    ] = None,
) -> int:
    """Print what the e-mail channel would make of mails: who wrote, what, and whether it would open a case.

    With --json an object a line. A mail that cannot be read has `error` and does not stop the others.

    Example: ventanilla parse ~/Maildir --own soporte@example.com --json
    """
    from connectors.imap_email.parse import parse_paths
    from connectors.imap_email.reading.context import REPLY_TO, MailContext

    mails = parse_paths(
        paths,
        MailContext(
            own_addresses=_lower(own),
            forms=tuple((address, REPLY_TO) for address in sorted(_lower(form))),
            lists=tuple(list_ or ()),
            staff_addresses=_lower(staff),
            trusted_authserv=tuple(authserv or ()),
        ),
    )
    if context().as_json:
        from cli.printing import readable_json

        for mail in mails:
            sys.stdout.write(readable_json(json.dumps(mail, ensure_ascii=False)) + "\n")
    else:
        _print_mails(mails)
    return 0


def _lower(addresses: list[str] | None) -> frozenset[str]:
    return frozenset(address.lower() for address in addresses or ())


def _print_mails(mails: Iterable[dict[str, Any]]) -> None:
    from cli.printing import plural, say

    read = failed = 0
    for mail in mails:
        failed += mail["error"] is not None
        read += mail["error"] is None
        _print_mail(mail)
    say(f"{plural(read, 'mail')} read" + (f", {failed:,} could not be" if failed else ""))


def _print_mail(mail: dict[str, Any]) -> None:
    from cli.printing import one_line, say

    say(mail["path"])
    if mail["error"] is not None:
        say(f"  unreadable: {one_line(mail['error'])}\n")
        return
    say(f"  from     {one_line(mail['from_name'] or '')} <{mail['from_address']}>".replace("  <", " <"))
    if mail["customer"] != mail["from_address"]:
        say(f"  customer {mail['customer']}")
    say(f"  to       {', '.join(mail['to']) or '-'}")
    say(f"  sent     {mail['sent_at'] or '-'}")
    say(f"  subject  {one_line(mail['subject'] or '') or '-'}")
    say(f"  verdict  {mail['screening']['verdict']} ({mail['screening']['reason'] or 'nothing against it'})")
    if mail["bounce"]:
        say("  bounce   {recipient}, {status}, {action}".format_map(mail["bounce"]))
    for file in mail["attachments"]:
        say(f"  attached {one_line(file['filename'])} ({file['content_type']}, {file['size']:,} bytes)")
    lines = (mail["reply_text"] or "").strip().splitlines()
    for line in lines[:_EXCERPT]:
        say(f"    | {line}")
    say(f"    | … {len(lines) - _EXCERPT} lines more\n" if len(lines) > _EXCERPT else "")
