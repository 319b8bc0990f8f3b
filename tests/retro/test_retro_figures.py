"""The figures of the past against a slow calculation of another kind, and what each trap comes to."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.retro.figures import Promised, Retro, make_retro
from reports.retro.page import retro_page
from ventanilla.clocks.calendar import Calendar
from ventanilla.old_mail import OldMail, id_mark
from ventanilla.words import Direction, Verdict

START, END = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # ten in Madrid
HOUR = timedelta(hours=1)
OFFICE = Calendar.build(zone="Europe/Madrid", hours={"mon-fri": ["09:00-14:00", "15:00-18:00"]})
PROMISED = Promised(name="normal", within=HOUR, target=90, calendar=OFFICE)


def came(name: str, *, after: float = 0, who: str = "eva@example.org", **more: Any) -> OldMail:
    return _mail(Direction.IN, name, after, who, **more)


def went(name: str, *, after: float, who: str = "eva@example.org", **more: Any) -> OldMail:
    return _mail(Direction.OUT, name, after, who, **more)


def _mail(
    direction: Direction,
    name: str,
    after: float,
    who: str,
    *,
    answers: Sequence[str] = (),
    subject: str = "pedido",
    **more: Any,
) -> OldMail:
    values: dict[str, Any] = {
        "direction": direction,
        "at": MONDAY + after * HOUR,
        "others": (who,),
        "own_id": id_mark(name) if name else 0,
        "refs": tuple(id_mark(one) for one in answers),
        "topic": subject.removeprefix("Re: ").casefold(),
        "subject": subject,
    }
    return OldMail(**{**values, **more})


def retro(*mails: OldMail, promised: Promised | None = PROMISED) -> Retro:
    return make_retro(mails, start=START, end=END, zone=MADRID, promised=promised)


def test_the_first_answer_is_found_by_its_thread_and_the_later_ones_change_nothing() -> None:
    found = retro(
        came("a"),
        came("b", after=0.5, answers=["a"]),
        went("c", after=2, answers=["a", "b"]),
        went("d", after=9, answers=["c"]),
    )

    assert (found.mails, found.conversations, found.answered, found.sent) == (2, 1, 1, 2)
    assert found.elapsed.p50 == 2 * 3600
    assert found.silent == ()


def test_without_a_thread_the_party_and_the_subject_tell() -> None:
    found = retro(came("a"), went("", after=3, subject="Re: pedido"), came("x", who="leo@example.org", subject="otra"))

    assert (found.conversations, found.answered, found.elapsed.p50) == (2, 1, 3 * 3600)
    assert [one.who for one in found.silent] == ["leo@example.org"]


def test_an_answer_to_another_customer_with_the_same_subject_is_not_theirs() -> None:
    found = retro(came("a"), went("c", after=3, who="leo@example.org", subject="Re: pedido"))

    assert (found.answered, len(found.silent)) == (0, 1)


def test_who_writes_anew_under_the_same_subject_after_our_answer_begins_a_new_conversation() -> None:
    again = [came("a"), went("c", after=1), came("b", after=50), went("d", after=53)]
    goes_on = [came("a"), went("c", after=1), came("b", after=50, subject="Re: pedido"), went("d", after=53)]
    asks_again = [came("a"), came("b", after=20), went("c", after=24)]

    assert [
        (one.conversations, one.elapsed.max) for one in (retro(*mails) for mails in (again, goes_on, asks_again))
    ] == [
        (2, 3 * 3600),
        (1, 1 * 3600),
        (1, 24 * 3600),
    ]


def test_after_a_month_the_same_subject_is_another_matter() -> None:
    found = retro(came("a", after=-24 * 40), went("c", after=1))

    assert (found.answered, len(found.silent), found.answers_alone) == (0, 1, 0)


def test_what_we_began_has_no_first_response_until_the_customer_writes() -> None:
    found = retro(
        went("a", after=-5), came("b", answers=["a"], subject="Re: pedido"), went("c", after=4, answers=["b"])
    )

    assert (found.conversations, found.elapsed.p50) == (1, 4 * 3600)
    assert retro(went("a", after=-5)).conversations == 0


def test_machines_lists_and_ourselves_are_no_customers() -> None:
    machines = [
        came(str(verdict), verdict=verdict)
        for verdict in (Verdict.LIST, Verdict.BOUNCE, Verdict.AUTO_REPLY, Verdict.OWN)
    ]
    automatic_answer = went("auto", after=1, answers=["a"], verdict=Verdict.AUTO_REPLY)
    found = retro(came("a"), *machines, automatic_answer, went("c", after=5, answers=["a"]))

    assert (found.mails, found.elapsed.p50, sum(found.passed_over.values())) == (1, 5 * 3600, 4)


def test_a_mail_after_our_last_answer_is_told_apart_from_one_that_never_got_any() -> None:
    found = retro(
        came("a"),
        went("c", after=1, answers=["a"]),
        came("d", after=2, answers=["c"]),
        came("z", who="leo@example.org"),
    )

    assert [(one.who, one.after_answer) for one in found.silent] == [
        ("leo@example.org", False),
        ("eva@example.org", True),
    ]


def test_an_answer_whose_clock_was_wrong_is_not_before_its_question() -> None:
    found = retro(came("a"), went("c", after=-3, answers=["a"]))

    assert (found.answered, found.elapsed.p50, found.silent) == (1, 0, ())


def test_a_copy_of_a_mail_in_two_folders_counts_once_and_lost_questions_are_told() -> None:
    assert retro(came("a"), came("a")).mails == 1
    found = retro(went("c", after=1, answers=["gone"]))
    assert (found.conversations, found.answers_alone) == (0, 1)


def test_the_promise_counts_open_hours_and_those_that_never_came() -> None:
    found = retro(
        came("a", after=-0.5, who="a@x.example"),  # Monday 9:30, answered at 10:15: kept
        went("1", after=0.25, who="a@x.example", answers=["a"]),
        came("b", after=8.5, who="b@x.example"),  # Monday 18:30, answered on Tuesday at 9:40: kept
        went("2", after=23 + 2 / 3, who="b@x.example", answers=["b"]),
        came("c", after=0, who="c@x.example"),  # answered after two hours
        went("3", after=2, who="c@x.example", answers=["c"]),
        came("d", after=1, who="d@x.example"),  # never
        replace(
            came("e", who="e@x.example"), at=END - HOUR / 2
        ),  # a Monday at half past midnight: its time has not begun
    )

    assert found.kept is not None
    assert (found.kept.count, found.kept.percent) == (4, 50.0)
    assert found.business is not None
    assert found.business.max == 2 * 3600
    assert retro(came("a"), promised=None).kept is None


def test_the_week_is_on_the_wall_of_the_house() -> None:
    found = retro(came("a"), came("b", who="leo@example.org"), went("c", after=2, answers=["a"]))

    (slot,) = found.slots
    assert (slot.weekday, slot.hour, slot.mails, slot.median) == (0, 10, 2, 2 * 3600)


@pytest.mark.parametrize("seed", range(5))
def test_a_whole_quarter_equals_a_slow_calculation(seed: int) -> None:
    mails, talks = _quarter(random.Random(seed))
    found = retro(*mails)

    waits = sorted((answer - asked).total_seconds() for asked, answer, _ in talks if answer is not None)
    assert found.conversations == len(talks)
    assert found.answered == len(waits)
    assert found.elapsed.p50 == next(w for w in waits if sum(v <= w for v in waits) >= 0.5 * len(waits))
    assert found.elapsed.p90 == next(w for w in waits if sum(v <= w for v in waits) >= 0.9 * len(waits))
    assert [one.seconds for one in found.slowest] == waits[::-1][:10]
    assert len(found.silent) == sum(silent for _, _, silent in talks)
    opened = sorted(_minutes_open(asked, answer) for asked, answer, _ in talks if answer is not None)
    assert found.business is not None
    assert found.business.p50 == pytest.approx(opened[-(-len(opened) // 2) - 1] * 60, abs=60)


def _quarter(dice: random.Random) -> tuple[list[OldMail], list[tuple[datetime, datetime | None, int]]]:
    """Mails in any order, and for each conversation: when it began, when it was first answered, how many mails wait at its end."""
    mails: list[OldMail] = []
    talks = []
    for number in range(120):
        who = f"c{number}@example.org"
        begin = float(dice.randrange(0, 500))
        asked = came(f"{number}-0", after=begin, who=who)
        mails.append(asked)
        answered, waiting, at, last = None, 1, begin, asked
        for step in range(1, dice.randrange(1, 6)):
            at += dice.random() * 40 + 0.01
            threaded = dice.random() < 0.7
            answers = [f"{number}-{step - 1}"] if threaded else []
            maker = went if dice.random() < 0.5 else came
            last = maker(f"{number}-{step}", after=at, who=who, answers=answers, subject="Re: pedido")
            mails.append(last)
            if maker is went:
                answered, waiting = answered or last.at, 0
            else:
                waiting += 1
        talks.append((asked.at, answered, waiting))
    dice.shuffle(mails)
    return mails, talks


def _minutes_open(start: datetime, end: datetime) -> int:
    """Minute by minute, by the clock on the wall."""
    minutes, at = 0, start
    while at < end:
        local = at.astimezone(MADRID)
        minutes += local.weekday() < 5 and (9 <= local.hour < 14 or 15 <= local.hour < 18)
        at += timedelta(minutes=1)
    return minutes


def test_the_page_stands_alone_and_names_no_customer() -> None:
    found = retro(came("a", subject="secreto <b>"), came("z", who="leo@example.org"), went("c", after=2, answers=["a"]))
    page = retro_page(found, channel="soporte", house="Sol & Co")

    assert page.startswith("<!doctype html>")
    assert "Sol &amp; Co" in page
    assert not [word for word in ("secreto", "eva@", "leo@", "http:", "https:", "src=") if word in page]
    assert "2 h" in page
