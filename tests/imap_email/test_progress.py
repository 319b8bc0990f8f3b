"""How far a folder was read: whatever arrives, breaks off or is filed late, each mail is taken once and classed right."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.imap_email.progress import (
    OVERLAP,
    Progress,
    after_renumbering,
    at_first_contact,
    from_checkpoint,
)

SINCE = datetime(2026, 11, 1, 9, 30, 15, 999_999, tzinfo=UTC)
BEFORE, AFTER = SINCE - timedelta(seconds=2), SINCE + timedelta(seconds=1)


def _first(start: str | date = "now", *, uidnext: int = 100) -> Progress:
    return at_first_contact(uidvalidity=1, uidnext=uidnext, start=start, since=SINCE)


@pytest.mark.parametrize(
    ("start", "uid", "received_at", "seen", "new"),
    [
        ("now", 99, BEFORE, False, False),
        ("now", 99, AFTER, True, True),
        ("now", 100, BEFORE, True, True),
        ("now", 99, SINCE.replace(microsecond=0), False, True),
        ("unseen", 99, BEFORE, False, True),
        ("unseen", 99, BEFORE, True, False),
        ("unseen", 99, AFTER, True, True),
        ("unseen", 100, BEFORE, True, True),
        ("all", 1, BEFORE, True, True),
        (date(2026, 11, 1), 99, datetime(2026, 11, 1, tzinfo=UTC), True, True),
        (date(2026, 11, 1), 99, datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), False, False),
        (date(2026, 11, 1), 100, datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), False, False),
        (date(2030, 1, 1), 100, AFTER, False, False),
    ],
)
def test_what_is_new(start: str | date, uid: int, received_at: datetime, seen: bool, new: bool) -> None:
    assert _first(start).is_new(uid, received_at, seen=seen) is new


@pytest.mark.parametrize("start", ["now", "unseen", "all", date(2026, 11, 1)])
def test_a_checkpoint_is_json_and_reads_back(start: str | date) -> None:
    progress = _first(start).after_new([100, 102], through=110)

    assert from_checkpoint(json.loads(json.dumps(progress.to_checkpoint()))) == progress


def test_a_checkpoint_of_somebody_else_is_an_error() -> None:
    with pytest.raises(KeyError):
        from_checkpoint({"update_id": 7})


@pytest.mark.parametrize("start", ["now", "unseen", date(2026, 11, 1)])
def test_after_renumbering_the_floor_stands(start: str | date) -> None:
    again = after_renumbering(_first(start), uidvalidity=2, uidnext=50)

    assert (again.uidvalidity, again.floor, again.border) == (2, _first(start).floor, 50)
    assert again.is_new(49, AFTER, seen=False)


def test_after_renumbering_unseen_counts_only_until_first_contact_was_complete() -> None:
    half = _first("unseen")
    complete = replace(half, imported_through=99, new_through=99)

    assert after_renumbering(half, uidvalidity=2, uidnext=50).is_new(9, BEFORE, seen=False)
    assert not after_renumbering(complete, uidvalidity=2, uidnext=50).is_new(9, BEFORE, seen=False)


@given(
    taken=st.lists(st.lists(st.integers(100, 400), max_size=8), max_size=12),
    through=st.lists(st.integers(0, 500), max_size=12),
)
def test_what_was_taken_lately_is_remembered_and_no_more(taken: list[list[int]], through: list[int]) -> None:
    progress = _first()
    everything: set[int] = set()
    for uids, end in zip(taken, through, strict=False):
        before = progress.last_uid
        progress = progress.after_new(uids, through=end)
        everything |= set(uids)

        assert progress.last_uid == max([before, end, *uids])
        assert set(progress.recent) == {uid for uid in everything if uid > progress.last_uid - OVERLAP}
        assert len(progress.recent) <= OVERLAP
        assert progress.look_from >= progress.border
        assert all(uid >= progress.look_from for uid in progress.recent)
