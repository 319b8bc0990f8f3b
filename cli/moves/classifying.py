"""`kind`, `priority`, `tag`, `receipt`: what a case is about, and the receipt that the law wants of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import context
from cli.moves.running import By, Key, do, move
from cli.moves.telling import tell
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from router.moves.outcome import Moved

Reason = Annotated[str | None, typer.Option("--reason", help="Why; a note for ourselves.", metavar="TEXT")]
_SIGNS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""So that `-vip` is a tag to take off and no option."""


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(kind)
    app.command()(priority)
    app.command(context_settings=_SIGNS)(tag)
    app.command()(receipt)


_IN_SPANISH = {
    "consulta": "query",
    "solicitud": "request",
    "petición": "request",
    "peticion": "request",
    "queja": "complaint",
    "reclamación": "claim",
    "reclamacion": "claim",
    "sugerencia": "suggestion",
}
"""Kinds as most of our users call them."""


def kind(
    key: Key,
    kind: Annotated[
        str,
        typer.Argument(
            help="query, request, complaint, claim or suggestion; or consulta, solicitud, queja, reclamación, sugerencia.",
            metavar="KIND",
        ),
    ],
    agent: By = None,
    reason: Reason = None,
) -> int:
    """Say what a case is, legally. Its deadlines are worked out again from its first message; where the law wants a receipt, its
    customer gets one.

    Example: ventanilla kind K7M-Q2X-VTR complaint --as ana --reason "She asks for the form"
    """
    from router.moves.classify import set_kind
    from ventanilla.words import Kind

    run = context()
    wanted = Kind(_one_of("KIND", _IN_SPANISH.get(kind.lower(), kind), [str(one) for one in Kind]))
    with move(run, agent, of=key) as made:
        moved = set_kind(made, key, wanted, reason=reason or "")
        deadlines = _deadlines(made, moved)
    if run.as_json:
        return tell(run, moved, "", kind=str(wanted), deadlines=deadlines)
    from cli.printing import say

    say(f"{moved.key} is a {wanted}" + ("" if moved.changed else " already"))
    _say_deadlines(deadlines)
    return 0


def priority(
    key: Key,
    priority: Annotated[str, typer.Argument(help="low, normal, high or urgent.", metavar="PRIORITY")],
    agent: By = None,
    reason: Reason = None,
) -> int:
    """Say how much a case may jump the line; "urgent" also rings people off duty from now on.

    Example: ventanilla priority K7M-Q2X-VTR high --as ana
    """
    from router.moves.classify import set_priority
    from ventanilla.words import Priority

    run = context()
    wanted = Priority(_one_of("PRIORITY", priority, [str(one) for one in Priority]))
    moved = do(run, agent, lambda made: set_priority(made, key, wanted, reason=reason or ""), of=key)
    if run.as_json:
        return tell(run, moved, "", priority=str(wanted))
    from cli.printing import say

    say(f"{moved.key} has priority {wanted}" + ("" if moved.changed else " already"))
    return 0


def tag(
    key: Key,
    tags: Annotated[list[str], typer.Argument(help="+vip puts a tag on, -vip takes it off.", metavar="+TAG|-TAG…")],
    agent: By = None,
    reason: Reason = None,
) -> int:
    """Put tags on a case and take some off.

    Example: ventanilla tag K7M-Q2X-VTR +facturas -vip --as ana
    """
    from router.moves.classify import set_tags

    run = context()
    unknown = next((one for one in tags if one.startswith("--")), None)
    if unknown is not None:
        raise BadInput(f"there is no option {unknown}")
    add, remove = [one.removeprefix("+") for one in tags if not one.startswith("-")], _taken_off(tags)
    with move(run, agent, of=key) as made:
        moved, left = set_tags(made, key, add=add, remove=remove, reason=reason or "")
        deadlines = _deadlines(made, moved)
    if run.as_json:
        return tell(run, moved, "", tags=list(left), deadlines=deadlines)
    from cli.printing import say

    say(f"{moved.key} is tagged {', '.join(left) or 'with nothing'}" + ("" if moved.changed else "; it was so already"))
    _say_deadlines(deadlines)
    return 0


def receipt(
    key: Key,
    agent: By = None,
    given_by_hand: Annotated[
        str | None, typer.Option("--given-by-hand", help="How it was given; kept as a note.", metavar="TEXT")
    ] = None,
) -> int:
    """Send the receipt that the law wants in a case, if it has not gone out; or write down that somebody gave it by hand.

    Example: ventanilla receipt K7M-Q2X-VTR --as ana --given-by-hand "On paper, at the counter, signed"
    """
    from router.moves.receipt import receipt as give

    run = context()
    moved = do(run, agent, lambda made: give(made, key, by_hand=given_by_hand or ""), of=key)
    if run.as_json:
        return tell(run, moved, "", outbox_id=moved.waits_for, by_hand=given_by_hand is not None)
    from cli.printing import say

    if not moved.changed:
        say(f"{moved.key}: the receipt was given before")
    elif moved.waits_for is not None:
        say(f"{moved.key}: the receipt goes out as number {moved.waits_for}")
    else:
        say(f"{moved.key}: it is written down that the receipt was given by hand")
    return 0


def _taken_off(tags: list[str]) -> list[str]:
    return [one.removeprefix("-") for one in tags if one.startswith("-")]


def _one_of(name: str, found: str, allowed: list[str]) -> str:
    from config.plain import nearest

    if found.lower() not in allowed:
        close = nearest(found, allowed, quote='"')
        raise BadInput(
            f'{name}: expected {", ".join(allowed)}, got "{found}"{close if "did you mean" in close else ""}'
        )
    return found.lower()


def _deadlines(made: Any, moved: Moved) -> list[dict[str, Any]]:
    from router.moves.base import find_case
    from router.promises.lawful import deadlines_of

    found = deadlines_of(made.connection, made.house, find_case(made, moved.key))
    return [{"name": one.name, "due_on": one.due_on.isoformat(), "due_at": one.due_at} for one in found]


def _say_deadlines(deadlines: list[dict[str, Any]]) -> None:
    from cli.printing import say

    for one in deadlines:
        say(f"  {one['name']}: last day {one['due_on']}")
