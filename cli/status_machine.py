"""What `status` says of the machine's own times, apart from people's: is it keeping up, or is it the machine that is slow?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli.printing import say, span
from ventanilla.machine_times import Delay, Spread, slowness, spread, times_of_item, times_of_letter

if TYPE_CHECKING:
    from ventanilla.store.glance import Glance

IDLE, KEEPING_UP, SLOW = "idle", "keeping_up", "slow"
_TITLES = {
    Delay.INGEST_LAG: "ingest",
    Delay.QUEUE_WAIT: "queue",
    Delay.ROUTE_TIME: "routing",
    Delay.NOTICE_TIME: "notices",
    Delay.REPLY_TIME: "answers",
}


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


def print_machine(told: dict[str, Any]) -> None:
    """A word on the machine, and for each channel that had anything a line of its times."""
    verdict, reasons = told["machine"]["verdict"], told["machine"]["reasons"]
    if verdict == IDLE:
        say("Machine nothing came in or went out in the last hour")
        return
    say("Machine the machine is keeping up" if verdict == KEEPING_UP else f"Machine slow: {'; '.join(reasons)}")
    for channel in told["channels"]:
        line = "; ".join(_phrases(channel["times"]))
        if line:
            say(f"  {channel['name']}, last hour (half · 19 of 20 within): {line}")


def quiet_line(channel: dict[str, Any], now: datetime) -> str:
    """What there is to say of a channel that has gone quiet."""
    since = channel["quiet_since"]
    return f"{channel['name']}: nothing for {span((now - since).total_seconds())}, which is not its usual rate"


def _phrases(times: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for delay, title in _TITLES.items():
        one = times[delay]
        if one["count"]:
            yield f"{title} {_length(one['p50'])} · {_length(one['p95'])}"


def _length(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else span(seconds)


def _short(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
