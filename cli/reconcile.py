"""`reconcile`: each source against the ledger, what is missing by name, and bringing it in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput, Permanent, Temporary

if TYPE_CHECKING:
    from cli.assembly import Service
    from connectors.comparing import Comparing
    from connectors.comparing_kept import Compared

LONGEST = 400
PATIENCE, PAUSE = 60.0, 1.0
"""Seconds to wait while the service itself compares, and between two tries."""


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(reconcile)


def reconcile(
    channels: Annotated[list[str] | None, typer.Argument(help="Only these channels.", metavar="CHANNEL")] = None,
    since: Annotated[
        int, typer.Option(help="How many days of a provider's lists to ask for.", min=1, max=LONGEST, metavar="DAYS")
    ] = 7,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Take what is missing into the ledger, each item once.")
    ] = False,
) -> int:
    """Compare what each source has with the ledger, and name what is missing. Marks and changes nothing at the source.

    Exit 1 if something is missing, 3 if a source did not answer. The service does the same by itself at intervals.

    Example: ventanilla reconcile soporte --fetch
    """
    run = context()
    known = run.glimpsed.config.channels
    unknown = [name for name in channels or () if name not in known]
    if unknown:
        there = ", ".join(sorted(known)) or "none"
        raise BadInput(f"{', '.join(unknown)}: there is no such channel; there are: {there}")
    found = _look(run, list(dict.fromkeys(channels or ())), days=since, fetch=fetch)
    routed = [row_id for one in found for row_id in one.ids]
    told = describe(run, found, days=since, fetched=fetch, service_told=_tell_queue(run, routed))
    if run.as_json:
        run.print_json(told)
    else:
        from cli.reconcile_page import print_comparisons

        print_comparisons(told, zone=run.glimpsed.config.service.timezone, now=run.now())
    return exit_code(told)


@dataclass(slots=True, kw_only=True)
class Found:
    """What there is to say of one channel. `compared` is None where its kind cannot be asked; `ids` want routing."""

    name: str
    kind: str
    state: str
    compared: list[Compared]
    fetched: dict[str, int]
    problems: dict[str, str]
    ids: list[int]


def describe(run: Context, found: Sequence[Found], *, days: int, fetched: bool, service_told: bool) -> dict[str, Any]:
    """The document that --json prints."""
    return {
        "at": run.now(),
        "days": days,
        "missing": sum(each.missing for one in found for each in one.compared),
        "fetched": sum(sum(one.fetched.values()) for one in found) if fetched else None,
        "service_told": service_told,
        "channels": [
            {
                "name": one.name,
                "kind": one.kind,
                "state": one.state,
                "sources": [_source(each, one) for each in one.compared],
            }
            for one in found
        ],
    }


def exit_code(told: dict[str, Any]) -> int:
    """1: something is missing; 3: something did not answer; 0 otherwise."""
    if told["missing"]:
        return 1
    sources = [source for channel in told["channels"] for source in channel["sources"]]
    return 3 if any(source["problem"] for source in sources) else 0


def _source(each: Compared, one: Found) -> dict[str, Any]:
    return {
        "source": each.source,
        "state": each.state.value,
        "compared_at": each.compared_at,
        "at_source": each.at_source,
        "in_ledger": each.in_ledger,
        "to_come": each.to_come,
        "left_out": each.left_out,
        "gone": each.gone,
        "quarantined": each.quarantined,
        "missing": each.missing,
        "items": [
            {"key": item.key, "size": item.size, "at": item.at, "missing_since": each.first_seen[item.key]}
            for item in each.items
        ],
        "fetched": one.fetched.get(each.source, 0),
        "remark": each.remark,
        "problem": each.problem or one.problems.get(each.source, ""),
        "cure": each.cure,
    }


def _look(run: Context, names: list[str], *, days: int, fetch: bool) -> list[Found]:
    from cli.assembly import Service
    from cli.comparings import comparings
    from cli.inbox import this_user

    service = Service(loaded=run.glimpsed, store=run.store, house=run.house())
    wanted = names or list(service.config.channels)
    made = {one.channel: one for one in comparings(service, actor=this_user(), only=wanted, tells=False, clock=run.now)}
    return [_channel(run, service, name, made.get(name), days=days, fetch=fetch) for name in wanted]


def _channel(
    run: Context, service: Service, name: str, comparing: Comparing | None, *, days: int, fetch: bool
) -> Found:
    kind = service.config.channels[name].kind
    found = Found(name=name, kind=kind, state="compared", compared=[], fetched={}, problems={}, ids=[])
    if comparing is None:
        found.state = "not_in_force"
    elif comparing.comparers is None:
        found.state = "cannot_be_compared"
    else:
        _compare(run, comparing, found, since=run.now() - timedelta(days=days), fetch=fetch)
    return found


def _compare(run: Context, comparing: Comparing, found: Found, *, since: datetime, fetch: bool) -> None:
    try:
        with _alone(run, found.name) if fetch else _beside():
            comparing.forget_others()
            for comparer in comparing.comparers or ():
                compared = comparing.compare(comparer, since=since)
                if fetch and compared.items:
                    compared = _fetch(comparing, compared, found, since=since)
                found.compared.append(compared)
                comparer.close()
    finally:
        comparing.close()


def _fetch(comparing: Comparing, compared: Compared, found: Found, *, since: datetime) -> Compared:
    """Fetch and look again until nothing more comes of it; how it stands then."""
    comparer = next(one for one in comparing.comparers or () if one.name == compared.source)
    while compared.items and not compared.problem:
        before = compared.missing
        try:
            found.ids += comparing.fetch(compared)
        except (Temporary, Permanent) as error:
            found.problems[compared.source] = str(error)
        compared = comparing.compare(comparer, since=since)
        brought = before - compared.missing
        found.fetched[compared.source] = found.fetched.get(compared.source, 0) + max(0, brought)
        if brought <= 0 or compared.source in found.problems:
            break
    return compared


@contextmanager
def _beside() -> Iterator[None]:
    """Looking needs nobody's leave."""
    yield


@contextmanager
def _alone(run: Context, channel: str) -> Iterator[None]:
    """While nobody else compares this channel or fetches from it. Raises Temporary where somebody does for long."""
    import time

    from connectors.comparing_loop import LEASE, lease_of
    from ventanilla.processes import this_process
    from ventanilla.store.leases import acquire_lease, release_lease

    name, ends = lease_of(channel), time.monotonic() + PATIENCE
    while acquire_lease(run.store, name, holder=this_process(), ttl=LEASE, now=run.now()) is None:
        if time.monotonic() > ends:
            raise Temporary(f"{channel}: another process compares this channel just now; try again in a few minutes")
        time.sleep(PAUSE)
    try:
        yield
    finally:
        release_lease(run.store, name, holder=this_process(), now=run.now())


def _tell_queue(run: Context, ids: Sequence[int]) -> bool:
    from cli.inbox import tell_queue

    return bool(ids) and tell_queue(run, ids)
