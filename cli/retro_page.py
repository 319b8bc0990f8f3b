"""The page that `retro` prints for people. Names customers only where it was asked to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from cli.printing import counts, plural, print_table, say, span
from reports.figures import Spread
from reports.retro.figures import Retro, Slot

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ACROSS = 6
_AGES = ((1, "under a day"), (7, "1 to 7 days"), (30, "7 to 30 days"), (100_000, "over 30 days"))


def print_retro(found: Retro, *, channel: str, zone: ZoneInfo, names: bool) -> None:
    """The whole page. Times are the house's."""
    say(
        f"{channel}, {_day(found.start, zone)} to {_day(found.end, zone)}, from the mailbox alone; nothing was changed\n"
    )
    if not found.conversations:
        say("no customer wrote in that time" + _aside(found))
        return
    mails = plural(found.mails, "mail")
    say(f"{mails} of customers in {plural(found.conversations, 'conversation')}, {found.answered:,} of them answered")
    say(f"first answer: {_spread(found.elapsed)}")
    if found.business is not None:
        say(f"  in open hours: {_spread(found.business)}")
    _print_kept(found)
    _print_silent(found, zone, names=names)
    _print_slowest(found, zone, names=names)
    _print_week(found.slots)
    for line in _notes(found):
        say(line)


def _spread(spread: Spread) -> str:
    if spread.p50 is None or spread.p90 is None or spread.max is None:
        return "none"
    return f"median {span(spread.p50)}, 9 of 10 within {span(spread.p90)}, the slowest {span(spread.max)}"


def _print_kept(found: Retro) -> None:
    kept = found.kept
    if kept is None:
        say(
            "the file promises no first response on this channel: [promises.normal] first_response would be held against this"
        )
    elif kept.percent is not None:
        promise = f"{kept.target} % within {span(kept.within)}"
        say(f"with [promises.{kept.promise}] ({promise}) you would have kept {kept.percent:.0f} %")


def _print_silent(found: Retro, zone: ZoneInfo, *, names: bool) -> None:
    if not found.silent:
        say("\nevery mail was answered")
        return
    after = sum(one.after_answer for one in found.silent)
    say(
        f"\n{plural(len(found.silent), 'mail')} never answered"
        + (f"; {after:,} came after an answer: perhaps thanks" if after else "")
    )
    ages = Counter(_age((found.end - one.at).days) for one in found.silent)
    say(f"  {', '.join(f'{ages[name]:,} {name}' for _, name in _AGES if ages[name])} old")
    if names:
        rows = [
            (_at(one.at, zone), one.who, one.subject, "after an answer" if one.after_answer else "")
            for one in found.silent
        ]
        print_table(("received", "from", "subject", ""), rows, folds=("subject",), indent=2)
    else:
        say("  --list shows them")


def _print_slowest(found: Retro, zone: ZoneInfo, *, names: bool) -> None:
    if not found.slowest:
        return
    say(f"\nThe {len(found.slowest)} slowest first answers")
    titles = ("waited", "received", "answered", *(("from", "subject") if names else ()))
    rows = [
        (
            span(one.seconds or 0),
            _at(one.at, zone),
            _at(one.answered_at, zone) if one.answered_at else "",
            *((one.who, one.subject) if names else ()),
        )
        for one in found.slowest
    ]
    print_table(titles, rows, folds=("subject",), indent=2)


def _print_week(slots: Sequence[Slot]) -> None:
    say("\nBy weekday and hour: mails, and the median first answer to what began then")
    hours = sorted({slot.hour for slot in slots})
    for first in range(0, len(hours), _ACROSS):
        part = hours[first : first + _ACROSS]
        cells = {(slot.weekday, slot.hour): slot for slot in slots}
        rows = [(name, *(_slot(cells.get((number, hour))) for hour in part)) for number, name in enumerate(_DAYS)]
        print_table(("", *(f"{hour:02}" for hour in part)), rows, indent=2)


def _slot(slot: Slot | None) -> str:
    if slot is None:
        return ""
    return f"{slot.mails:,}" if slot.median is None else f"{slot.mails:,} · {_short(slot.median)}"


def _short(seconds: float) -> str:
    """In one unit: the table is wide as it is."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length or unit == "min":
            return f"{round(seconds / length)} {unit}"
    raise AssertionError


def _notes(found: Retro) -> Iterator[str]:
    yield ""
    if found.passed_over:
        yield f"not counted, since no customer wrote them: {counts(found.passed_over)}"
    if found.answers_alone:
        yield (
            f"{plural(found.answers_alone, 'answer')} to mails that are not in these folders (filed elsewhere, deleted, or older): "
            "--folder NAME reads more"
        )


def _aside(found: Retro) -> str:
    return f"; not counted: {counts(found.passed_over)}" if found.passed_over else ""


def _age(days: int) -> str:
    return next(name for below, name in _AGES if days < below)


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d")
