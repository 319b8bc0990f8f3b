"""`erase`: a customer's right to be forgotten. Shows what goes and what stays, asks, and does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from router.erasing import Plan


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(erase)


def erase(
    contact: Annotated[
        str, typer.Argument(help="A customer's number (see `contacts`), or one of their addresses.", metavar="CONTACT")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go and what stays; change nothing.")
    ] = False,
    except_held: Annotated[
        bool,
        typer.Option("--except-held", help="Erase what may be, and leave cases that must stay, with the customer."),
    ] = False,
) -> int:
    """Forget a customer: what they wrote and were told, names, addresses, files, notes about them. It cannot be undone.

    Numbers, times, owners and events stay, so that every figure stays what it was. Cases that are open, held (see `hold`), under
    a legal deadline, or that the law has you keep stand in the way; each is named, with the reason and until when.

    Example: ventanilla erase eva@example.org --dry-run
    """
    from router.erasing import plan_erasure
    from router.timekeeping.keeper import catch_up

    run = context()
    house, contact_id = run.house(), found_contact(run, contact)
    while catch_up(run.store, house, now=run.now()):  # legal deadlines must be known
        pass
    plan = plan_erasure(run.store, house, contact_id, now=run.now(), except_held=except_held)
    refused = bool(plan.kept) and not except_held
    if not run.as_json:
        _show(plan, except_held=except_held, refused=refused)
    if dry_run or refused:
        if run.as_json:
            run.print_json(_document(plan, erased=False, refused=refused))
        return 1 if refused else 0
    if not yes:
        _ask(plan)
    _do(run, plan, house, except_held=except_held)
    return 0


def found_contact(run: Context, typed: str) -> int:
    """The number of the customer that was meant, by it or by an address. Raises BadInput."""
    from cli.contacts import found_address

    if typed.isdecimal() and len(typed) < 10 and not typed.startswith("0") and _is_contact(run, int(typed)):
        return int(typed)
    with run.store.read() as connection:
        return found_address(run, connection, typed).contact_id


def _is_contact(run: Context, number: int) -> bool:
    import sqlalchemy as sa

    from ventanilla.store.tables import contacts

    with run.store.read() as connection:
        return connection.scalar(sa.select(contacts.c.id).where(contacts.c.id == number)) is not None


def _do(run: Context, plan: Plan, house: Any, *, except_held: bool) -> None:
    from cli.inbox import this_user
    from cli.printing import say
    from router.erasing import erase as forget
    from ventanilla.store.erasing.remembering import remember_erased

    with run.store.read() as connection:
        folder = run.glimpsed.config.service.data_dir
        remember_erased(folder, connection, plan.contact_id, now=run.now(), except_held=bool(plan.kept))

    def tell(said: str) -> None:
        typer.echo(f"… {said}", err=True)

    forget(run.store, house, plan, clock=run.now, actor=this_user(), except_held=except_held, tell=tell)
    if run.as_json:
        run.print_json(_document(plan, erased=True, refused=False))
    elif plan.kept:
        say(f"erased, but for what stays: customer {plan.contact_id} is still known")
    else:
        say(f"erased: customer {plan.contact_id} is a number now; whoever writes from these addresses begins anew")
        say("Back-ups made before today still hold them: see docs/privacy.md")


def _ask(plan: Plan) -> None:
    wanted = {str(plan.counts["messages"]), *plan.addresses}
    which = f"how many messages go ({plan.counts['messages']}), or the address"
    typed = typer.prompt(f"This cannot be undone. To go on, type {which}", err=True)
    if typed.strip() not in wanted:
        raise BadInput(
            f'expected {plan.counts["messages"]} or one of their addresses, got "{typed}"; nothing was erased'
        )


def _show(plan: Plan, *, except_held: bool, refused: bool) -> None:
    from cli.cases import times_of
    from cli.printing import one_line, plural, print_table, say

    times = times_of(context())
    whom = ", ".join(map(one_line, plan.addresses)) or "no address any more"
    say(f"customer {plan.contact_id}{''.join(f' {one_line(name)}' for name in plan.names[:1])}: {whom}")
    if plan.kept:
        say("\nmust stay:" if refused else "\nstays:")
        rows = [(one.key, times.at(one.until) if one.until else "not known yet", one.reason) for one in plan.kept]
        print_table(("case", "until", "why"), rows, folds=("why",), indent=2)
    if refused:
        say("\nNothing was erased. With --except-held the rest goes, and the customer stays known.")
        return
    words = {"items": "item that became no message", "addresses": "address"}
    many = {"items": "items that became no message", "addresses": "addresses"}
    told = [
        plural(number, words.get(name, name[:-1]), many=many.get(name))
        for name, number in plan.counts.items()
        if number
    ]
    say(f"\ngoes: what is said in {', '.join(told) or 'nothing'}; names and subjects, and files that no one else has")
    say("stays: numbers, times, states, owners and events, so that every figure stays what it was\n")


def _document(plan: Plan, *, erased: bool, refused: bool) -> dict[str, Any]:
    kept = [{"key": one.key, "why": one.why, "reason": one.reason, "until": one.until} for one in plan.kept]
    return {
        "contact": plan.contact_id,
        "addresses": list(plan.addresses),
        "erased": erased,
        "refused": refused,
        "goes": plan.counts,
        "kept": kept,
    }
