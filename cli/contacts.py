"""`contacts`, `contact …`: who writes to us, at which addresses, and a person's word on who is the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import MOST, Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    import sqlalchemy as sa

    from cli.addresses import Found
    from ventanilla.store.linking import Moved

PAGE = 50

_Address = Annotated[
    str, typer.Argument(help="A mail, a phone however it is written, a Telegram number, or a case's key.")
]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    from cli.contact_change import set_contact
    from cli.contact_import import import_contacts
    from cli.contact_restrict import block_contact, restrict_contact, unrestrict_contact

    many = typer.Typer(rich_markup_mode=None)
    many.callback(invoke_without_command=True)(contacts)
    many.command("import")(import_contacts)
    many.command()(suggestions)
    app.add_typer(many, name="contacts")
    one = typer.Typer(
        rich_markup_mode=None,
        no_args_is_help=True,
        help="One customer: show, set, link, unlink, reject, restrict, block, unrestrict.",
    )
    one.command()(show)
    one.command("set")(set_contact)
    one.command()(link)
    one.command()(unlink)
    one.command()(reject)
    one.command("restrict")(restrict_contact)
    one.command("block")(block_contact)
    one.command("unrestrict")(unrestrict_contact)
    app.add_typer(one, name="contact")


def contacts(
    called: typer.Context,
    search: Annotated[
        str | None, typer.Option(help="Only whose name or address has this in it.", metavar="TEXT")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, max=MOST, metavar="N")] = None,
    after: Annotated[int | None, typer.Option(help="The next page: after this number.", max=MOST, metavar="ID")] = None,
) -> int:
    """List customers, the newest first: their addresses, what is known of them, how many cases they have.

    `contacts import` reads the house's own list, `contacts suggestions` says who may be the same person.

    Example: ventanilla contacts --search garcia
    """
    if called.invoked_subcommand is not None:
        return 0
    from cli.cases import times_of
    from cli.contact_page import print_contacts
    from cli.printing import plural, say
    from ventanilla.store.views.contacts import list_contacts

    run = context()
    page = limit or (None if run.as_json else PAGE)
    with run.store.read() as connection:
        found = list_contacts(connection, search=search, limit=page, after=after)
    if run.as_json:
        run.print_json(found)
    elif not found:
        nobody = f'nobody has "{search}" in a name or an address' if search else "nobody has written yet"
        say(nobody if after is None else "no more customers")
    else:
        print_contacts(found, times_of(run))
        if page is not None and len(found) == page:
            say(f"\n{plural(page, 'customer')} shown; the next ones: --after {found[-1]['id']}")
    return 0


def suggestions(
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, max=MOST, metavar="N")] = None,
) -> int:
    """List who may be the same person, and why. Nothing is ever linked by itself.

    Example: ventanilla contacts suggestions
    """
    from cli.cases import times_of
    from cli.contact_page import print_suggestions
    from cli.printing import say
    from ventanilla.store.views.contacts import list_suggestions

    run = context()
    with run.store.read() as connection:
        found = list_suggestions(connection, limit=limit or (None if run.as_json else PAGE))
    if run.as_json:
        run.print_json(found)
    elif found:
        print_suggestions(found, times_of(run))
    else:
        say("nobody seems to be the same person as somebody else")
    return 0


def show(address: _Address) -> int:
    """Show a customer whole: addresses, language, tags, owner, open and last cases, who they may also be.

    Example: ventanilla contact show "600 11 12 22"
    """
    from cli.cases import times_of
    from cli.contact_page import print_contact
    from ventanilla.store.views.contacts import contact_document

    run = context()
    with run.store.read() as connection:
        document = contact_document(connection, found_address(run, connection, address).contact_id)
    if run.as_json:
        run.print_json(document)
    else:
        print_contact(document, times_of(run))
    return 0


def link(
    address: _Address,
    other: Annotated[str, typer.Argument(help="An address of the same person.")],
    yes: _Yes = False,
) -> int:
    """Say that two addresses are one person. All that the second one's contact has belongs to the first's from then on.

    Open cases keep their owners; the next case goes to whoever has the customer. Asks first; `contact unlink` undoes it.

    Example: ventanilla contact link eva@example.org "600 11 12 22"
    """
    from cli.journal import writing
    from ventanilla.store.linking import link_contacts

    run = context()
    with run.store.read() as connection:
        first, second = found_address(run, connection, address), found_address(run, connection, other)
        question = "" if first.contact_id == second.contact_id else _link_question(connection, first, second)
    if not question:
        return _tell_linked(run, first, second, None)
    _ask(run, question, yes=yes)
    with writing(run) as (connection, journal):
        _still(run, connection, (address, first), (other, second))
        moved = link_contacts(connection, first.contact_id, second.contact_id, journal)
    return _tell_linked(run, first, second, moved)


def unlink(address: _Address, yes: _Yes = False) -> int:
    """Make an address a contact of its own again, with the cases it started. Cases keep their owners.

    Asks first; `contact link` undoes it.

    Example: ventanilla contact unlink "600 11 12 22"
    """
    from cli.journal import writing
    from cli.printing import plural, say
    from ventanilla.store.linking import unlink_address
    from ventanilla.store.views.contacts import contact_document

    run = context()
    with run.store.read() as connection:
        found = found_address(run, connection, address)
        before = contact_document(connection, found.contact_id)
    others = [each["address"] for each in before["addresses"] if each["address"] != found.value]
    if not others:
        raise BadInput(f"{found.value} is the only address of its contact: there is nothing to unlink it from")
    _ask(run, f"Unlink {found.value} from {', '.join(others)}?", yes=yes)
    with writing(run) as (connection, journal):
        _still(run, connection, (address, found))
        moved = unlink_address(connection, found.kind, found.value, journal)
    if run.as_json:
        run.print_json({"contact": moved.source, "unlinked": moved.target, "address": found.value, **_counts(moved)})
    else:
        say(
            f"{found.value} is a contact of its own now, with {plural(len(moved.cases), 'case')}; nobody's owner changed"
        )
        say(f"To undo: ventanilla contact link {others[0]} {found.value}")
    return 0


def reject(address: _Address, other: Annotated[str, typer.Argument(help="An address of somebody else.")]) -> int:
    """Say that two addresses are two people: it is never suggested again that they are one.

    Example: ventanilla contact reject eva@example.org "600 11 12 22"
    """
    from cli.inbox import this_user
    from cli.printing import say
    from ventanilla.store.suggestions import reject as note

    run = context()
    with run.store.write() as connection:
        first, second = found_address(run, connection, address), found_address(run, connection, other)
        if first.contact_id == second.contact_id:
            raise BadInput(
                f"{first.value} and {second.value} belong to one contact; "
                f"`ventanilla contact unlink {second.value}` makes them two"
            )
        note(connection, first.contact_id, second.contact_id, by=this_user(), now=run.now())
    if run.as_json:
        run.print_json({"rejected": [first.contact_id, second.contact_id]})
    else:
        say(f"{first.value} and {second.value} are two people; nothing will suggest otherwise")
    return 0


def found_address(run: Context, connection: sa.Connection, typed: str) -> Found:
    """The address that was meant. Raises BadInput, with the nearest."""
    from cli.addresses import known_address
    from config.region import home_region

    return known_address(connection, typed, region=home_region(run.glimpsed.config))


def _still(run: Context, connection: sa.Connection, *asked: tuple[str, Found]) -> None:
    """Whoever was asked about is still who is meant, now that nobody else changes it. Raises Conflict."""
    from ventanilla.errors import Conflict
    from ventanilla.store.linking import begin_contact_change

    begin_contact_change(connection)
    for typed, before in asked:
        if found_address(run, connection, typed) != before:
            raise Conflict(f"{before.value} was linked or unlinked meanwhile; nothing was changed, look again")


def _link_question(connection: sa.Connection, first: Found, second: Found) -> str:
    from cli.contact_page import written
    from cli.printing import one_line, plural
    from ventanilla.store.views.contacts import contact_document

    def told(found: Found) -> str:
        one: dict[str, Any] = contact_document(connection, found.contact_id)
        name = f"{one_line(one['name'])}: " if one["name"] else ""
        return f"  {name}{written(one['addresses'])} ({plural(one['case_count'], 'case')}, {one['open_cases']} open)"

    return f"{told(first)}\n{told(second)}\nAre these one person?"


def _ask(run: Context, question: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)


def _tell_linked(run: Context, first: Found, second: Found, moved: Moved | None) -> int:
    from cli.printing import plural, say

    if run.as_json:
        counts = _counts(moved) if moved else {"addresses": 0, "cases": 0}
        emptied = moved.source if moved else None
        run.print_json({"contact": first.contact_id, "emptied": emptied, **counts})
    elif moved is None:
        say(f"{first.value} and {second.value} are one contact already; nothing was changed")
    else:
        moved_too = f"{plural(moved.addresses, 'address', many='addresses')} and {plural(len(moved.cases), 'case')}"
        say(f"{second.value} belongs to {first.value}'s contact now: {moved_too} moved; nobody's owner changed")
        say(f"To undo: ventanilla contact unlink {second.value}")
    return 0


def _counts(moved: Moved) -> dict[str, int]:
    return {"addresses": moved.addresses, "cases": len(moved.cases)}
