"""Knows how to say in plain sentences what a changed file changes; compares the secret-free JSON of two configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.schema import Config

Json = Mapping[str, Any]

_NAMED = {"channels": "channel", "teams": "team", "agents": "agent", "calendars": "calendar", "promises": "promise"}
# Tables whose keys are the admin's own: a key that is not there was taken out, not unknown to an older version.
_FREE = ("hours", "special", "templates")


def differences(old: Config | Json, new: Config | Json) -> tuple[str, ...]:
    """What goes from `old` to `new`, a sentence each; nothing for equal ones. Secrets are compared by where they are.

    A key that only one side knows (written by another version) is passed over: it says nothing about the file.
    """
    before = old.as_json() if isinstance(old, Config) else old
    after = new.as_json() if isinstance(new, Config) else new
    sentences = [*_sections(before, after)]
    for section, noun in _NAMED.items():
        sentences += _tables(noun, before.get(section, {}), after.get(section, {}))
    sentences += _promises_moved(_order(old), _order(new))
    sentences += _rules(before.get("rules", []), after.get("rules", []))
    sentences += _tables("report", _by_name(before.get("reports", [])), _by_name(after.get("reports", [])))
    return tuple(sentences)


def _order(side: Config | Json) -> list[str]:
    """The promises as they stood in the file; nothing where that was not kept."""
    return list(side.promises) if isinstance(side, Config) else list(side.get("promises_order", ()))


def _promises_moved(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The first promise that is meant for a case is the case's, so their order says something too."""
    stayed = [name for name in old if name in new]
    if stayed != [name for name in new if name in old]:
        yield f"promises: their order becomes {', '.join(new)}"


def _sections(old: Json, new: Json) -> Iterator[str]:
    for name in new:
        if name not in _NAMED and name != "rules" and isinstance(old.get(name), Mapping):
            for path, change in _changes(old[name], new[name]):
                yield f"{name}.{path}: {change}{_meaning((name, path), new[name])}"


def _tables(noun: str, old: Json, new: Json) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f'{noun} "{name}" is taken out{_GONE.get(noun, "")}'
        elif name not in old:
            yield f'{noun} "{name}" is new{_introduced(noun, new[name])}'
        else:
            for path, change in _changes(old[name], new[name]):
                yield f'{noun} "{name}": {path}: {change}{_meaning((noun, path), new[name])}'


_GONE = {"agent": ": refused while they own open cases; `left` hands those over", "channel": ": nothing more is pulled"}


def _introduced(noun: str, table: Json) -> str:
    """What there is to know about a new table at a glance."""
    if noun == "channel":
        return f': {table["kind"]}, team "{table["team"]}", mode {table["mode"]}'
    if noun == "team":
        return f": members {_shown(table['members'])}; duty {_shown(table['duty'])}"
    if noun == "report":
        return f": each {table['every']} at {table['at']} to {_shown(table['to'])}"
    if noun == "agent":
        return f": {table['name']}, {table['role']}, capacity {table['capacity']}"
    return ""


_MEANINGS = {
    ("service", "data_dir"): "; the store and files there are not moved",
    ("store", "url"): "; what the old store holds is not moved",
    ("channel", "imap.host"): "; another mailbox begins at `start`",
    ("channel", "imap.user"): "; another mailbox begins at `start`",
    ("channel", "folders"): "; a new folder begins at `start`",
    ("channel", "start"): "; it counts for a folder that is read for the first time",
    ("channel", "team"): "; for new cases",
}
_MODES = {
    "observe": "; nothing is sent to anybody",
    "internal": "; staff are written to, customers only in `only_to`",
    "live": "; customers are written to",
}


def _meaning(place: tuple[str, str], table: Json) -> str:
    if place == ("channel", "mode"):
        return _MODES.get(str(table["mode"]), "")
    if place == ("agent", "left") and table["left"]:
        return "; from then on they get nothing, and what they hold is handed over"
    return _MEANINGS.get(place, "")


def _rules(old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    if len(old) != len(new):
        yield f"rules: {len(old)} become {len(new)}"
    for number, (before, after) in enumerate(zip(old, new, strict=False), start=1):
        if any(_changes(before, after)):
            yield f"rule {number} is changed"


def _by_name(listed: Sequence[Any]) -> dict[str, Any]:
    return {str(one["name"]): one for one in listed}


def _changes(old: Json, new: Json, *, path: str = "", is_free: bool = False) -> Iterator[tuple[str, str]]:
    for key in sorted(old.keys() | new.keys() if is_free else old.keys() & new.keys()):
        before, after = old.get(key), new.get(key)
        where = f"{path}.{key}" if path else key
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping) and not _is_secret(before):
            yield from _changes(before, after, path=where, is_free=key in _FREE)
        else:
            yield where, _change(before, after)


def _is_secret(table: Json) -> bool:
    """Whether a table is one value: where a secret is ({ file } or { env })."""
    return len(table) == 1 and set(table) <= {"file", "env"}


def _change(old: Any, new: Any) -> str:
    if _are_words(old) and _are_words(new) and set(old) != set(new) and old and new:
        added = [word for word in new if word not in old]
        removed = [word for word in old if word not in new]
        parts = [f"adds {', '.join(added)}"] * bool(added) + [f"takes out {', '.join(removed)}"] * bool(removed)
        return " and ".join(parts)
    return f"{_shown(old)} becomes {_shown(new)}"


def _are_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _shown(value: Any) -> str:
    if value is None or value == [] or value == {}:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {_shown(item)}" for key, item in value.items() if item is not None)
        return f"{{ {inside} }}"
    return str(value)
