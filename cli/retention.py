"""`retention`: what has come to its term. Shows what goes and what stays, asks once, and does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from router.house import House
    from router.retention.due import Due
    from router.retention.terms import Agreement, Terms

_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(retention)


def retention(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go and what stays; change nothing.")
    ] = False,
) -> int:
    """Forget what has come to its term ([retention] in the file): the words of cases that ended long ago, and what hangs on none.

    Nothing brings it back, so it asks before the first time, and again where a term became shorter; from then on the service does
    it by itself, once an hour. Times, owners and figures stay. What is open, held (see `hold`) or kept by the law stays whole.

    Example: ventanilla retention --dry-run
    """
    from router.retention.due import find_due
    from router.retention.terms import agreement, covers, terms_of
    from router.timekeeping.keeper import catch_up

    run = context()
    terms = terms_of(run.loaded.config.retention)
    house = run.house()
    while catch_up(run.store, house, now=run.now()):  # legal deadlines must be known
        pass
    due = find_due(run.store, house, terms, now=run.now())
    with run.store.read() as connection:
        agreed = agreement(connection)
    if not run.as_json:
        _show(terms, agreed, due)
    done = False
    if terms.any and not dry_run:
        _refuse_unless_in_force(run)
        if not covers(agreed, terms):
            if not yes:
                _ask(due)
            agreed = _agree(run, terms, due)
        _do(run, house, terms)
        done = True
    if run.as_json:
        run.print_json(_document(terms, agreed, due, waits=not covers(agreed, terms), done=done))
    return 0


def _refuse_unless_in_force(run: Context) -> None:
    from config.apply import is_in_force

    with run.store.read() as connection:
        if not is_in_force(connection, run.loaded):
            raise BadInput(
                f"{run.config_path} is not the file in force; `ventanilla reload --dry-run` says what it changes, "
                "`ventanilla reload` puts it in force. Nothing was forgotten"
            )


def _ask(due: Due) -> None:
    cases = due.goes["cases"]
    told = f"Nothing brings it back. To agree to these terms from now on, type how many cases go now ({cases})"
    typed = typer.prompt(told, err=True)
    if typed.strip().replace(",", "") != str(cases):
        raise BadInput(f'expected {cases}, got "{typed}"; nothing was forgotten')


def _agree(run: Context, terms: Terms, due: Due) -> Agreement | None:
    from cli.inbox import this_user
    from router.retention.terms import agree, agreement
    from ventanilla.store.events import Journal

    journal = Journal(now=run.now(), actor=this_user())
    agree(terms, journal, counts=due.goes)
    with run.store.write() as connection:
        journal.flush(connection)
        return agreement(connection)


def _do(run: Context, house: House, terms: Terms) -> None:
    from collections import Counter

    from cli.inbox import this_user
    from cli.printing import say
    from router.retention.forgetting import forget_due

    total: Counter[str] = Counter()
    for number, step in enumerate(forget_due(run.store, house, terms, clock=run.now, actor=this_user()), start=1):
        total += step
        if number % 200 == 0:
            typer.echo(f"… {total['cases']:,} cases", err=True)
    if not run.as_json:
        say(
            f"forgotten: {_told(total)}. Times, owners and events stay; back-ups made before today still hold the words"
        )


def _show(terms: Terms, agreed: Agreement | None, due: Due) -> None:
    from cli.cases import times_of
    from cli.printing import plural, print_table, say

    times = times_of(context())
    for line in in_words(terms):
        say(line)
    if not terms.any:
        return
    for line in standing(terms, agreed, due.goes["cases"]):
        say(line)
    if due.kept:
        held = len({one.case_id for one in due.kept})
        say(f"\nold enough, and stays: {plural(held, 'case')}")
        rows = [
            (one.key, times.at(one.until) if one.until else "not known yet", one.reason) for one in due.kept[:_SHOWN]
        ]
        print_table(("case", "until", "why"), rows, folds=("why",), indent=2)
        if len(due.kept) > _SHOWN:
            say(f"  and {len(due.kept) - _SHOWN:,} more (--json names all)")
    say(f"\ngoes now: {_told(due.goes)}")
    say(
        f"the next case comes to its term: {times.at(due.next_at)}"
        if due.next_at
        else "no other case comes to a term yet"
    )


def in_words(terms: Terms) -> list[str]:
    """What the terms mean, a line each."""
    written = terms.written()
    if not terms.any:
        return ["retention: no term is set, so nothing is ever forgotten ([retention] keep)"]
    told = []
    if terms.keep:
        told.append(
            f"retention: the words of a case are forgotten {written['keep']} after it ended; times and owners stay"
        )
    if terms.items:
        told.append(f"retention: items that became no message are forgotten {written['items']} after they came")
    if terms.trail:
        told.append(f"retention: who looked at what is forgotten after {written['trail']}")
    return told


def standing(terms: Terms, agreed: Agreement | None, cases: int) -> list[str]:
    """Whether it is done by itself, or waits for somebody's word; nothing without a term."""
    from cli.printing import plural
    from router.retention.terms import covers

    if not terms.any:
        return []
    if agreed is not None and covers(agreed, terms):
        now = f"; {plural(cases, 'case')} would be forgotten now" if cases else ""
        return [f"retention: the service does it by itself (agreed by {agreed.by} on {agreed.at:%Y-%m-%d}){now}"]
    shorter = "a term is shorter than what was agreed to" if agreed is not None else "nobody has agreed to it yet"
    would = f"{plural(cases, 'case')} would be forgotten now"
    return [f"retention: NOT YET: {shorter}; {would}. `ventanilla retention` shows them, asks, and begins"]


def outlook(run: Context) -> list[str]:
    """For `check` and `reload`: what the file's terms mean for the store as it is. Nothing without a term."""
    from router.retention.due import find_due
    from router.retention.terms import agreement, terms_of

    terms = terms_of(run.loaded.config.retention)
    if not terms.any:
        return []
    due = find_due(run.store, run.house(), terms, now=run.now())
    with run.store.read() as connection:
        agreed = agreement(connection)
    held = len({one.case_id for one in due.kept})
    more = [f"retention: {held:,} old enough stay: open, held, or kept by the law"] if held else []
    return [*in_words(terms), *standing(terms, agreed, due.goes["cases"]), *more]


def _told(goes: Any) -> str:
    from cli.printing import counts

    return counts({name: number for name, number in goes.items() if name != "looked"})


def _document(terms: Terms, agreed: Agreement | None, due: Due, *, waits: bool, done: bool) -> dict[str, Any]:
    kept = [{"key": one.key, "why": one.why, "reason": one.reason, "until": one.until} for one in due.kept]
    return {
        "terms": terms.written(),
        "agreed": agreed and {"by": agreed.by, "at": agreed.at, "terms": agreed.terms.written()},
        "waits": waits,
        "forgotten": done,
        "goes": due.goes,
        "kept": kept,
        "next_at": due.next_at,
    }
