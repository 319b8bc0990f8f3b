"""The page that `reconcile` prints for people, made from the same document as its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli.printing import Times, plural, print_table, say

_COUNTS = ("at source", "in ledger", "to come", "left out", "gone", "aside", "missing")
_UNASKED = {
    "cannot_be_compared": "cannot be compared: its kind of channel has nothing to ask its source with (no `comparers`)",
    "not_in_force": "is not in force yet: `ventanilla reload`, or `up`",
}
LISTED = 50


def print_comparisons(told: dict[str, Any], *, zone: str, now: datetime) -> None:
    """The whole page. Times are the house's."""
    times = Times(ZoneInfo(zone), now)
    sources = [(channel["name"], source) for channel in told["channels"] for source in channel["sources"]]
    if sources:
        print_table(("channel", "source", *_COUNTS), [_row(name, one) for name, one in sources], right=_COUNTS)
    for channel in told["channels"]:
        if channel["state"] in _UNASKED:
            say(f"{channel['name']}: {_UNASKED[channel['state']]}")
    for name, one in sources:
        for line in _lines(name, one, times):
            say(line)
    say(f"\n{_verdict(told, sources)}")


def _row(name: str, one: dict[str, Any]) -> tuple[str, ...]:
    if one["state"] != "compared":
        return name, one["source"], *("?" for _ in _COUNTS)
    values = ("at_source", "in_ledger", "to_come", "left_out", "gone", "quarantined", "missing")
    return name, one["source"], *("-" if one[value] is None else f"{one[value]:,}" for value in values)


def _lines(name: str, one: dict[str, Any], times: Times) -> Iterator[str]:
    if one["problem"]:
        yield f"{name}, {one['source']}: {one['problem']}"
        if one["cure"]:
            yield f"    cure: {one['cure']}"
        if one["compared_at"] is not None and one["state"] != "compared":
            yield f"    it last answered at {times.at(one['compared_at'])}; {one['missing']:,} were missing then"
    elif one["remark"]:
        yield f"{name}, {one['source']}: {one['remark']}"
    if one["fetched"]:
        yield f"{name}, {one['source']}: {plural(one['fetched'], 'item')} fetched"
    for item in one["items"][:LISTED]:
        size = "" if item["size"] is None else f"  {item['size']:,} bytes"
        when = "" if item["at"] is None else f"  of {times.at(item['at'])}"
        yield f"  missing  {item['key']}{size}{when}"
    if one["missing"] > min(len(one["items"]), LISTED):
        yield f"  … {one['missing']:,} in all; --json names the first {len(one['items']):,}"


def _verdict(told: dict[str, Any], sources: list[tuple[str, dict[str, Any]]]) -> str:
    silent = sum(bool(one["problem"]) for _, one in sources)
    unasked = sum(channel["state"] in _UNASKED for channel in told["channels"])
    parts = []
    if told["fetched"]:
        then = (
            "the queue has them"
            if told["service_told"]
            else "the running service, or the next `ventanilla up`, routes them"
        )
        parts.append(f"{plural(told['fetched'], 'item')} fetched; {then}")
    if told["missing"]:
        cure = "" if told["fetched"] is not None else "; `ventanilla reconcile --fetch` takes them in"
        parts.append(f"{plural(told['missing'], 'item')} missing{cure}")
    elif len(sources) > silent:
        parts.append("nothing is missing" + (" where a source answered" if silent or unasked else ""))
    if silent:
        parts.append(f"{plural(silent, 'source')} did not answer")
    if unasked:
        parts.append(f"{plural(unasked, 'channel')} not compared")
    return "; ".join(parts) or "there is no channel to compare"
