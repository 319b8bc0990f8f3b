"""The page that `status` prints for people, made from the same document as its JSON."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cli.printing import Times, counts, plural, print_table, say, span
from cli.status_machine import print_machine, quiet_line

_PRESENCE = {"on_duty": "on duty", "off_duty": "off duty", "away": "away"}
_STATES = {"never_pulled": "never pulled"}
_LIVELY = timedelta(minutes=2)


def print_status(told: dict[str, Any], *, zone: ZoneInfo, now: datetime) -> None:
    """The whole page. Times are the house's."""
    times = Times(zone, now)
    _print_head(told, times)
    _print_channels(told["channels"], times)
    say(f"\nInbox   {counts(told['inbox'])}")
    say(f"Outbox  {counts(told['outbox'])}")
    if any(told["files"].values()):
        say(f"Files   {counts(told['files'])}")
    say(f"Cases   {_cases(told)}")
    print_machine(told)
    _print_refused(told["refused_calls"], times)
    _print_line(told["line"], times)
    _print_agents(told["agents"], times)
    _print_processes(told["processes"], times)
    if told["next"]:
        say("\nNext")
        for step in told["next"]:
            say(f"  {step}")


def _print_head(told: dict[str, Any], times: Times) -> None:
    running = _running(told, times)
    version = told["config"]["version"]
    since = f"since {times.at(told['config']['applied_at'])}"
    say(f"{told['service']}: {running}; " + ("no config in force" if version is None else f"config {version} {since}"))
    say(f"{times.exactly(times.now)}, {times.zone.key}")


def _running(told: dict[str, Any], times: Times) -> str:
    """Whether `up` runs here; where it does not and somebody pulls all the same, that its parts run, here or elsewhere."""
    if told["running"] is not None:
        return f"running here (pid {told['running']})"
    latest = max((one["last_pull_at"] for one in told["channels"] if one["last_pull_at"]), default=None)
    if latest is None or times.now - latest > _LIVELY:
        return "not running here"
    return f"no `up` runs here; its parts, or another machine, pulled {times.since(latest)} ago"


def _print_channels(channels: list[dict[str, Any]], times: Times) -> None:
    if not channels:
        return
    say()
    titles = ("channel", "kind", "mode", "state", "last pull", "lag", "problem")
    print_table(titles, [_channel(one, times) for one in channels])
    for one in channels:
        if one["problem"]:
            say(f"  {one['name']}, {one['problem_part'] or 'pulling'}: {one['problem']}")
            if one["cure"]:
                say(f"    cure: {one['cure']}")
        elif one["quiet_since"]:
            say(f"  {quiet_line(one, times.now)}")
        if one["compared"] and one["compared"]["missing"]:
            missing, since = one["compared"]["missing"], times.at(one["compared"]["missing_since"])
            say(f"  {one['name']}: {plural(missing, 'item')} of its sources not in the ledger since {since} or longer")


def _channel(one: dict[str, Any], times: Times) -> tuple[str, ...]:
    pull = "never" if one["last_pull_at"] is None else f"{times.since(one['last_pull_at'])} ago"
    lag = f"{span(one['lag_seconds'])} ({one['pending']} pending)" if one["pending"] else "none"
    trouble = f"{one['failures']} in a row, again {times.until(one['retry_at'])}" if one["problem"] else "none"
    mode = f"{one['mode']} (restored)" if one["restored"] else one["mode"]
    return one["name"], one["kind"], mode, _STATES.get(one["state"], one["state"]), pull, lag, trouble


def _cases(told: dict[str, Any]) -> str:
    if not told["open"]:
        return "none open"
    return f"{told['open']:,} open, {told['waiting']:,} of them waiting on us"


def _print_refused(refused: list[dict[str, Any]], times: Times) -> None:
    for one in refused:
        calls = plural(one["calls"], "web call")
        say(f"Refused {one['channel']}: {calls} ({one['reason']}), the last {times.since(one['last_at'])} ago")


def _print_line(line: list[dict[str, Any]], times: Times) -> None:
    for one in line:
        nearest = f"nearest due {times.until(one['nearest_due_at'])}" if one["nearest_due_at"] else "nothing promised"
        waits = f"the longest has waited {times.since(one['waiting_since'])}" if one["waiting_since"] else ""
        told = ", ".join(part for part in (plural(one["cases"], "case"), nearest, waits) if part)
        say(f"Line    {one['team']}: {told}")


def _print_agents(agents: list[dict[str, Any]], times: Times) -> None:
    if not agents:
        return
    say()
    print_table(
        ("agent", "presence", "open", "waiting", "capacity", "until"),
        [
            (
                one["name"],
                _PRESENCE[one["presence"]],
                one["open"],
                one["waiting"],
                one["capacity"],
                times.at(one["until"]),
            )
            for one in agents
        ],
        right=("open", "waiting", "capacity"),
    )


def _print_processes(processes: list[dict[str, Any]], times: Times) -> None:
    if not processes:
        return
    say()
    print_table(
        ("process", "state", "for", "pid", "restarts", "last exit"),
        [
            (
                one["name"],
                str(one["state"]).replace("_", " "),
                times.since(one["since"]),
                one["pid"] or "-",
                one["restarts"],
                "-" if one["last_exit"] is None else one["last_exit"],
            )
            for one in processes
        ],
        right=("pid", "restarts", "last exit"),
    )
