"""What `status` says of the machine's own times, apart from people's: is it keeping up, or is it the machine that is slow?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cli.printing import say, span
from ventanilla.machine_times import Delay
from ventanilla.standing import IDLE, KEEPING_UP

_TITLES = {
    Delay.INGEST_LAG: "ingest",
    Delay.QUEUE_WAIT: "queue",
    Delay.ROUTE_TIME: "routing",
    Delay.NOTICE_TIME: "notices",
    Delay.REPLY_TIME: "answers",
}


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
