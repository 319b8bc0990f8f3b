"""What the day came to, in words: the last thing that the demo prints. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from demo.closing import Outcome
from demo.delivered import WAYS, Letters
from demo.snapshot import middle as middle_of
from demo.words import Words

_LABEL = 22
TOO_FAST = "429"


def problems(outcome: Outcome, words: Words, *, is_drained: bool, is_interrupted: bool, trouble: str) -> list[str]:
    """Why the day was not good, a line each; empty when it was. A person may stop it before anybody wrote."""
    found = [words("bad_trouble", what=trouble)] if trouble else []
    if outcome.posted and not is_drained:
        found.append(words("bad_not_drained"))
    if outcome.missing:
        found.append(words("bad_missing", count=outcome.missing))
    if outcome.surplus:
        found.append(words("bad_surplus", count=outcome.surplus))
    found += [words("bad_promise", name=name, count=count) for name, count in outcome.broken_promises.items()]
    for kind, letters in outcome.letters.items():
        if letters.sent != letters.found:
            found.append(words("bad_letters", kind=words(f"kind:{kind}"), sent=letters.sent, found=letters.found))
    if outcome.surprises:
        found.append(words("bad_surprises", count=outcome.surprises))
    if not outcome.posted and not is_interrupted:
        found.append(words("bad_nothing"))
    return found


def summary(
    outcome: Outcome,
    words: Words,
    *,
    reasons: Sequence[str],
    screened: str,
    warnings: Sequence[str],
    commands: Sequence[str],
    desk: Sequence[str] = (),
    places: Mapping[str, str],
) -> Iterator[str]:
    """The lines. `reasons` are what went wrong, `commands` what to try next, `desk` how to open it, `places` where
    data and log are."""
    yield words("sum_title")
    yield ""
    for label, value in _figures(outcome, words, screened):
        yield f"  {words(label):<{_LABEL}} {value}"
    yield ""
    yield words("sum_bad" if reasons else "sum_good" if outcome.posted else "sum_empty")
    for reason in reasons:
        yield f"  ! {reason}"
    for warning in warnings:
        yield f"  ({words('sum_warning')} {warning})"
    yield ""
    yield words("sum_next")
    for command in commands:
        yield f"  {command}"
    yield ""
    if desk:
        yield from desk
        yield ""
    yield words("sum_places", **places)


def _figures(outcome: Outcome, words: Words, screened: str) -> Iterator[tuple[str, str]]:
    states = outcome.states
    yield "sum_posted", words("sum_posted_is", posted=outcome.posted, ledger=outcome.in_ledger)
    for source, held in outcome.sources.items():
        if held.put_in or held.in_ledger:
            yield f"source:{source}", words("sum_source", put_in=held.put_in, ledger=held.in_ledger)
    yield (
        "sum_states",
        words(
            "sum_states_are",
            routed=states.get("routed", 0),
            screened=states.get("screened", 0),
            duplicate=states.get("duplicate", 0),
            quarantined=states.get("quarantined", 0),
        ),
    )
    if screened:
        yield "", screened
    owners = ", ".join(f"{name} {count}" for name, count in outcome.owners.items())
    yield "sum_cases", f"{outcome.cases}: {owners}" if outcome.cases else "0"
    if outcome.line:
        yield "", words("sum_line", count=outcome.line)
    if outcome.answered:
        middle = words.number(middle_of(outcome.first_responses))
        yield "sum_answered", words("sum_answered_is", count=outcome.answered, middle=middle)
    if outcome.warned or outcome.late:
        yield "sum_promised", words("sum_promised_is", warned=outcome.warned, late=outcome.late)
    yield "sum_audit", words("sum_audit_is", checks=len(outcome.violations), bad=sum(outcome.violations.values()))
    for kind, letters in outcome.letters.items():
        yield f"kind:{kind}", words("sum_letters", sent=letters.sent, found=letters.found) + _ways(letters, words)
    if outcome.undelivered:
        yield "sum_undelivered", str(outcome.undelivered)
    if outcome.refused.get(TOO_FAST):
        yield "sum_refused", words("sum_refused_is", count=outcome.refused[TOO_FAST])
    if outcome.slowest:
        yield "sum_slowest", ", ".join(f"{words.number(each)} s" for each in outcome.slowest)


def _ways(letters: Letters, words: Words) -> str:
    """Where letters were found: `: in the mailboxes 2, in Telegram 5`."""
    phrases = dict(zip(WAYS, words.parts("found_in"), strict=True))
    told = [phrases[way].format(**{way: count}) for way, count in letters.by_way.items()]
    return f": {', '.join(told)}" if told else ""


def folded(lines: Iterable[str], width: int) -> Iterator[str]:
    """The lines in at most `width` columns, folded under where their text begins. Commands stay whole, to be copied."""
    for line in lines:
        begins = _LABEL + 3 if line[2 : _LABEL + 3].rstrip() != line[2 : _LABEL + 3] else len(line) - len(line.lstrip())
        if len(line) <= width or " --config " in line:
            yield line
        else:
            yield from textwrap.wrap(line, width, subsequent_indent=" " * begins, drop_whitespace=True)


def as_document(outcome: Outcome, *, reasons: Sequence[str], data_dir: str) -> dict[str, Any]:
    """The same for programs."""
    return {
        "ok": not reasons,
        "reasons": list(reasons),
        "data_dir": data_dir,
        "posted": outcome.posted,
        "in_ledger": outcome.in_ledger,
        "missing": outcome.missing,
        "surplus": outcome.surplus,
        "inbox": dict(outcome.states),
        "cases": outcome.cases,
        "owners": dict(outcome.owners),
        "audit": dict(outcome.violations),
        "sources": {
            source: {"put_in": each.put_in, "in_ledger": each.in_ledger} for source, each in outcome.sources.items()
        },
        "letters": {
            kind: {"sent": each.sent, "found": each.found, "by_way": dict(each.by_way)}
            for kind, each in outcome.letters.items()
        },
        "refused": dict(outcome.refused),
        "answered": outcome.answered,
        "first_response_seconds": list(outcome.first_responses),
        "promises": {"warned": outcome.warned, "late": outcome.late},
        "slowest_seconds": list(outcome.slowest),
    }
