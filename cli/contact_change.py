"""`contact set`: what is known of one customer, put right by hand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

NOBODY = "none"


def set_contact(
    address: Annotated[str, typer.Argument(help="Any address of theirs, or the key of a case.")],
    name: Annotated[str | None, typer.Option(help="What they are called.")] = None,
    language: Annotated[str | None, typer.Option(help='es, en, ca, gl or eu; "none": not known.')] = None,
    owner: Annotated[
        str | None,
        typer.Option(help='Who gets their new cases before anybody; "none": nobody in particular.', metavar="A"),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag; may be repeated.")] = None,
    untag: Annotated[list[str] | None, typer.Option(help="Take a tag away; may be repeated.")] = None,
) -> int:
    """Set a customer's name, language, owner or tags. Open cases keep their owners.

    Example: ventanilla contact set eva@example.org --owner luis --tag vip
    """
    from cli.contacts import found_address
    from cli.journal import writing
    from ventanilla.store.contact_changes import change_contact
    from ventanilla.store.views.contacts import contact_document

    run = context()
    if not (name is not None or language or owner or tag or untag):
        raise BadInput("say what to set: --name, --language, --owner, --tag or --untag")
    with writing(run) as (connection, journal):
        contact_id = found_address(run, connection, address).contact_id
        before = contact_document(connection, contact_id)
        values = _values(run, before["tags"], name=name, language=language, owner=owner, tag=tag, untag=untag)
        changed = change_contact(connection, contact_id, values, journal)
    with run.store.read() as connection:
        document = contact_document(connection, contact_id)
    return _tell(run, document, changed)


def _values(
    run: Context,
    tags: list[str],
    *,
    name: str | None,
    language: str | None,
    owner: str | None,
    tag: list[str] | None,
    untag: list[str] | None,
) -> dict[str, Any]:
    from cli.contact_columns import Odd, read_language, read_name, read_owner, read_tags
    from cli.contact_import import people_of

    values: dict[str, Any] = {}
    try:
        if name is not None:
            values["name"] = read_name(name)
        if language:
            values["language"] = None if language == NOBODY else read_language(language)
        if owner:
            values["account_manager"] = None if owner == NOBODY else read_owner(owner, people_of(run))
        if tag or untag:
            added = [each for one in tag or () for each in read_tags(one)]
            missing = [each for each in untag or () if each not in tags]
            if missing:
                raise BadInput(f"has no tag {', '.join(missing)}; has: {', '.join(tags) or 'none'}")
            kept = [each for each in dict.fromkeys([*tags, *added]) if each not in (untag or ())]
            values["tags"] = kept
    except Odd as odd:
        raise BadInput(str(odd)) from None
    return values


def _tell(run: Context, document: dict[str, Any], changed: list[str]) -> int:
    from cli.cases import times_of
    from cli.contact_page import print_contact
    from cli.printing import say

    if run.as_json:
        run.print_json(document | {"changed": ["owner" if each == "account_manager" else each for each in changed]})
        return 0
    if not changed:
        say("it was so already; nothing was changed")
    print_contact(document, times_of(run))
    return 0
