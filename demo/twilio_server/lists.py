"""Lists as Twilio hands them out: newest first, filtered by whole days, a page at a time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from demo.twilio_server.errors import TwilioError

LARGEST_PAGE, USUAL_PAGE = 1000, 50
Item = TypeVar("Item")


def page(
    name: str,
    uri: str,
    items: Sequence[Item],
    query: Mapping[str, str],
    *,
    sid: Callable[[Item], str],
    shown: Callable[[Item], dict[str, Any]],
) -> dict[str, Any]:
    """The page that `query` asks for (PageSize, Page, PageToken), of `items` that are newest first. Raises TwilioError."""
    size = min(LARGEST_PAGE, max(1, _number(query, "PageSize", USUAL_PAGE)))
    number, token = _number(query, "Page", 0), query.get("PageToken", "")
    start = number * size
    if token:  # what came in meanwhile shifts nothing: the page goes on after the item that the last one ended with
        start = next((place + 1 for place, each in enumerate(items) if f"PA{sid(each)}" == token), len(items))
    found = items[start : start + size]
    is_last = start + size >= len(items)
    following = {"PageSize": size, "Page": number + 1, "PageToken": f"PA{sid(found[-1])}"} if found else {}
    kept = {name: value for name, value in query.items() if name not in ("PageSize", "Page", "PageToken")}
    return {
        name: [shown(each) for each in found],
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(0, len(found) - 1),
        "uri": _with(uri, {**kept, "PageSize": size, "Page": number}),
        "first_page_uri": _with(uri, {**kept, "PageSize": size, "Page": 0}),
        "next_page_uri": None if is_last else _with(uri, {**kept, **following}),
        "previous_page_uri": _with(uri, {**kept, "PageSize": size, "Page": number - 1}) if number else None,
    }


def by_day(query: Mapping[str, str], name: str) -> Callable[[datetime], bool]:
    """Whether a moment is within `Name`, `Name>` and `Name<`: days of UTC, whatever time of day was given. Raises TwilioError."""
    on, since, until = (_day(query, f"{name}{sign}") for sign in ("", ">", "<"))

    def within(moment: datetime) -> bool:
        day = moment.astimezone(UTC).date()
        return (on is None or day == on) and (since is None or day >= since) and (until is None or day <= until)

    return within


def same(query: Mapping[str, str], **fields: str) -> bool:
    """Whether each of these fields is what the query asks for, where it asks."""
    return all(query.get(name, value) == value for name, value in fields.items())


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise TwilioError(400, 20001, f"Parameter '{name}' is not a date: {text}") from None


def _number(query: Mapping[str, str], name: str, usual: int) -> int:
    try:
        return int(query.get(name) or usual)
    except ValueError:
        raise TwilioError(400, 20001, f"Parameter '{name}' is not a number") from None


def _with(uri: str, query: Mapping[str, object]) -> str:
    return f"{uri}?{urlencode(query)}"
