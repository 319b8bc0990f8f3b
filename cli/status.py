"""`status`: how the channels fare, what waits, who holds what. Must answer in half a second, so it loads next to nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.context import Context, context
from ventanilla.errors import Unreachable
from ventanilla.words import DeliveryState, FileState, InboxState

if TYPE_CHECKING:
    from cli.whereabouts import Whereabouts
    from ventanilla.store.glance import Glance

STALE_SECONDS = 120


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(status)


def status() -> int:
    """How the channels fare, what waits and for how long, who is on duty and holds how much, which processes run.

    Example: ventanilla status --json
    """
    run = context()
    place = _place(run)
    seen = _look(run, place)
    told = describe(place, seen, now=seen.at)
    if run.as_json:
        run.print_json(told)
    else:
        from cli.status_page import print_status

        print_status(told, zone=place.zone, now=seen.at)
    return 0


def describe(place: Whereabouts, seen: Glance, *, now: datetime) -> dict[str, Any]:
    """The document that `status --json` prints."""
    from daemon.lock import holder
    from ventanilla.standing import (
        agent_now,
        channel_now,
        compared_by_channel,
        line_now,
        machine,
        times_by_channel,
        times_told,
    )

    pid = holder(place.data_dir)
    times, compared = times_by_channel(seen), compared_by_channel(seen.comparisons)
    told: dict[str, Any] = {
        "service": place.name,
        "running": pid,
        "config": _config(place, seen),
        "channels": [
            channel_now(row, now) | {"times": times_told(times.get(row["name"])), "compared": compared.get(row["name"])}
            for row in seen.channels
        ],
        "inbox": {state.value: seen.inbox.get(state, 0) for state in InboxState},
        "outbox": {state.value: seen.outbox.get(state, 0) for state in DeliveryState},
        "held_by_brake": seen.held_by_brake,
        "files": {state.value: seen.files.get(state, 0) for state in (FileState.PENDING, FileState.FAILED)},
        "refused_calls": list(seen.refused_calls),
        "paused_webhooks": list(seen.paused_webhooks),
        "open": seen.open,
        "waiting": seen.waiting,
        "line": [line_now(row) for row in seen.line],
        "agents": [agent_now(row, seen, now) for row in seen.agents],
        "processes": read_processes(place.data_dir) if pid is not None else [],
    }
    told["machine"] = machine(told["channels"], times)
    told["next"] = list(_next_steps(told, now=now))
    return told


def read_processes(data_dir: Path) -> list[dict[str, Any]]:
    """The daemon's own list of its processes; none when it cannot be read. (`daemon.status` would load the whole supervisor.)"""
    try:
        children = json.loads((data_dir / "run" / "children.json").read_text(encoding="utf-8"))["children"]
        return [{**child, "since": datetime.fromisoformat(child["since"])} for child in children]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _place(run: Context) -> Whereabouts:
    from cli.whereabouts import read_whereabouts, whereabouts_of

    found = read_whereabouts(run.config_path) if run.config_path.is_file() else None
    return found or whereabouts_of(run.glimpsed)


def _look(run: Context, place: Whereabouts) -> Glance:
    from ventanilla.store.glance import glance
    from ventanilla.store.revision import newest_revision

    seen = glance(place.store_url, now=run.now(), revision=newest_revision())
    if seen is None:
        _ = run.store  # says what is wrong with the schema, and what cures it
        raise Unreachable("the store's schema is not this version's: run `ventanilla migrate`")
    return seen


def _config(place: Whereabouts, seen: Glance) -> dict[str, Any]:
    if seen.config is None:
        return {"version": None, "applied_at": None, "file_differs": True}
    differs = bool(seen.config["sha256"] != place.sha256)
    return {"version": seen.config["id"], "applied_at": seen.config["applied_at"], "file_differs": differs}


def _next_steps(told: dict[str, Any], *, now: datetime) -> Iterator[str]:
    """What a person would do about it, most pressing first."""
    if told["config"]["version"] is None:
        yield "nothing is in force yet: `ventanilla up` puts the file in force and starts"
    elif told["running"] is None:
        yield "no service runs on this data folder: `ventanilla up` (on several machines: look there)"
        if any(agent["until"] and (now - agent["until"]).total_seconds() > STALE_SECONDS for agent in told["agents"]):
            yield "who is on duty was last worked out before shifts changed: `ventanilla agents` does it afresh"
    if told["config"]["version"] is not None and told["config"]["file_differs"]:
        yield "the file differs from the version in force: `ventanilla reload --dry-run` says how"
    for channel in told["channels"]:
        if channel["restored"]:
            yield f"channel {channel['name']} observes since a back-up was restored: `ventanilla golive {channel['name']}`"
        if channel["compared"] and channel["compared"]["missing"]:
            yield f"items of channel {channel['name']} are missing: `ventanilla reconcile {channel['name']} --fetch` takes them in"
    yield from _about_counts(told)
    yield from _about_refused_calls(told, now=now)


def _about_refused_calls(told: dict[str, Any], *, now: datetime) -> Iterator[str]:
    lately = [one for one in told["refused_calls"] if now - one["last_at"] < timedelta(days=1)]
    for channel in sorted({one["channel"] for one in lately}):
        yield (
            f"web calls to channel {channel} are refused: if they are its provider's, service.public_url or the channel's "
            "secret is not what the provider has; polling brings the messages"
        )


def _about_counts(told: dict[str, Any]) -> Iterator[str]:
    if not told["channels"]:
        yield "there are no channels: the file needs [channels.NAME]"
    if told["inbox"]["quarantined"]:
        yield "unreadable messages wait for a person: `ventanilla inbox --state quarantined`"
    if told["held_by_brake"]:
        yield "receipts are held by the brake: `ventanilla outbox --state held`, then `outbox release` or `outbox drop`"
    for hook in told["paused_webhooks"]:
        why = f": {hook['problem']}" if hook["problem"] else ""
        yield f"outbound webhook {hook['endpoint']} is paused{why}: `ventanilla webhooks resume {hook['endpoint']}`"
    if told["outbox"]["failed"] or told["outbox"]["unknown"]:
        yield "not everything went out: `ventanilla outbox --state failed`, `ventanilla outbox --state unknown`"
