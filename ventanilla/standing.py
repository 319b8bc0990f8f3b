"""What a glance at the store means, as a document: how channels fare, who is there, whether the machine keeps up. Pure.

`status` answers in half a second: nothing heavy is imported here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ventanilla.machine_times import Delay, Spread, slowness, spread, times_of_item, times_of_letter
from ventanilla.words import Mode

if TYPE_CHECKING:
    from ventanilla.store.glance import Glance

Row = dict[str, Any]
IDLE, KEEPING_UP, SLOW = "idle", "keeping_up", "slow"


def channel_now(row: Row, now: datetime) -> Row:
    """How a channel fares: `paused`, `failing`, `never_pulled` or `ok`, what waits in it and what cures it."""
    state = "paused" if row["paused_at"] else "failing" if row["problem"] else "ok"
    oldest = row["oldest_at"]
    return {
        "name": row["name"],
        "kind": row["kind"],
        "mode": Mode.OBSERVE.value if row["forced_observe"] else row["mode"],
        "restored": row["forced_observe"],
        "state": "never_pulled" if state == "ok" and row["last_pull_at"] is None else state,
        "last_pull_at": row["last_pull_at"],
        "last_pull_seconds": _age(row["last_pull_at"], now),
        "last_item_at": row["last_item_at"],
        "quiet_since": row["quiet_since"],
        "pending": row["waits"] or 0,
        "lag_seconds": _age(oldest, now) or 0,
        "problem": row["problem"],
        "problem_part": row["problem_part"],
        "cure": row["cure"],
        "failures": row["failures"],
        "retry_at": row["retry_at"],
    }


def compared_by_channel(rows: Iterable[Mapping[str, Any]]) -> dict[str, Row]:
    """How the last comparisons of each channel's sources with the ledger ended; a channel that none was made of is not in it.
    `at` is when the source that answered longest ago did, null while one never has."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["channel"]].append(json.loads(row["data"]) if isinstance(row["data"], str) else row["data"])
    return {channel: _compared(kept) for channel, kept in found.items()}


def _compared(kept: list[Row]) -> Row:
    answered = [datetime.fromisoformat(one["compared_at"]) for one in kept if one["compared_at"]]
    since = [datetime.fromisoformat(item["since"]) for one in kept for item in one["items"]]
    return {
        "at": min(answered) if len(answered) == len(kept) else None,
        "missing": sum(one["missing"] for one in kept),
        "missing_since": min(since, default=None),
        "to_come": sum(one["to_come"] for one in kept),
        "unreachable": sum(one["state"] != "compared" for one in kept),
    }


def line_now(row: Row) -> Row:
    """What waits in a team's line."""
    return {
        "team": row["team"],
        "cases": row["items"],
        "nearest_due_at": row["nearest_due_at"],
        "waiting_since": row["waiting_since"],
    }


def agent_now(row: Row, seen: Glance, now: datetime) -> Row:
    """Whether somebody is there, until when, and how much they hold."""
    away = next((one for one in seen.absences if one["agent"] == row["name"] and one["starts_at"] <= now), None)
    return {
        "name": row["name"],
        "display_name": row["display_name"],
        "presence": "on_duty" if row["on_duty"] else "away" if away else "off_duty",
        "since": row["duty_since"],
        "until": row["duty_changes_at"],
        "open": row["open"] or 0,
        "waiting": row["load"],
        "capacity": row["capacity"],
    }


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, round((now - moment).total_seconds(), 3))


def times_by_channel(seen: Glance) -> dict[str, dict[Delay, Spread]]:
    """For each channel that had any, the spread of each delay in the last hour."""
    found: dict[str, dict[Delay, list[float]]] = defaultdict(lambda: defaultdict(list))
    for rows, times in ((seen.items_lately, times_of_item), (seen.letters_lately, times_of_letter)):
        for row in rows:
            for delay, seconds in times(row).items():
                found[row["channel"]][delay].append(seconds)
    return {name: {delay: spread(lengths) for delay, lengths in each.items()} for name, each in found.items()}


def machine(channels: list[dict[str, Any]], times: Mapping[str, Mapping[Delay, Spread]]) -> dict[str, Any]:
    """The verdict over the whole house: `idle` (nothing to measure), `keeping_up` or `slow` with why."""
    lags = {channel["name"]: channel["lag_seconds"] for channel in channels}
    reasons = [
        reason
        for name in sorted({*times, *lags})
        for reason in slowness(name, times.get(name, {}), oldest_pending=lags.get(name, 0))
    ]
    verdict = SLOW if reasons else KEEPING_UP if times else IDLE
    return {"verdict": verdict, "reasons": reasons}


def times_told(times: Mapping[Delay, Spread] | None) -> dict[str, Any]:
    """One channel's delays as JSON: each `count, p50, p95, max`, seconds; null where there was nothing."""
    nothing = spread(())
    told = {}
    for delay in Delay:
        one = (times or {}).get(delay, nothing)
        told[delay.value] = {"count": one.count, "p50": _short(one.p50), "p95": _short(one.p95), "max": _short(one.max)}
    return told


def _short(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
