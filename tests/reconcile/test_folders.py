"""A folder against the ledger: what was lost is found and fetched once, and nobody cries wolf."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from connectors.comparing_kept import State
from connectors.imap_email.comparing import named
from tests.reconcile.folder import Folder, letter
from tests.servers.dovecot import Dovecot, just_now
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox

LONG_AGO = datetime(2020, 1, 2, 3, 4, tzinfo=UTC)


def test_nothing_is_missing_where_all_was_pulled(folder: Folder) -> None:
    folder.pull()
    for number in range(3):
        folder.arrive(f"mail {number}")
    folder.pull()

    found = folder.compare()
    again = folder.compare_after_grace()

    assert (found.at_source, found.in_ledger, found.missing, found.to_come) == (3, 3, 0, 0)
    assert again.missing == 0
    assert folder.told == []
    assert folder.happened() == []


def test_a_mail_behind_the_checkpoint_is_named_told_of_once_and_fetched_once(
    folder_on: Callable[..., Folder], store: Store
) -> None:
    folder = folder_on(store)
    folder.arrive("known")
    folder.pull()
    folder.run_ahead()
    folder.arrive("lost")
    assert folder.pull() == []

    found = folder.compare()

    assert (found.at_source, found.in_ledger, found.missing) == (2, 1, 1)
    (item,) = found.items
    assert item.key.startswith("INBOX/")
    assert item.key not in folder.kept()
    assert item.size == len(letter("lost"))
    assert item.at is not None
    assert folder.told == []

    folder.compare_after_grace()
    folder.compare_after_grace()
    assert [[each.key for each in items] for items in folder.told] == [[item.key]]

    ids = folder.comparing.fetch(folder.compare())
    assert folder.subjects(ids) == ["lost"]
    after = folder.compare()
    assert (after.in_ledger, after.missing) == (2, 0)
    assert folder.comparing.fetch(found) == []
    assert folder.pull() == []
    assert len(folder.kept()) == 2
    kinds = [(kind, data.get("over", False)) for kind, data in folder.happened()]
    assert kinds[:3] == [("items_missing", False), ("items_fetched", False), ("items_missing", True)]


def test_two_who_fetch_at_once_bring_it_once(folder_on: Callable[..., Folder], sqlite_store: Store) -> None:
    both = [folder_on(sqlite_store), folder_on(sqlite_store)]
    both[0].pull()
    both[0].run_ahead()
    both[0].arrive("lost")
    found = [each.compare() for each in both]

    with ThreadPoolExecutor(2) as pool:
        brought = list(pool.map(lambda each, compared: each.comparing.fetch(compared), both, found))

    assert sorted(len(ids) for ids in brought) == [0, 1]
    assert len(both[0].kept()) == 1


def test_the_checkpoint_stays_where_the_puller_left_it(folder: Folder) -> None:
    from ventanilla.store.inbox import read_checkpoint

    folder.pull()
    folder.run_ahead()
    folder.arrive("lost")
    before = read_checkpoint(folder.store, folder.source.name)

    folder.comparing.fetch(folder.compare())

    assert read_checkpoint(folder.store, folder.source.name) == before


def test_nothing_is_marked_at_the_source(folder: Folder, dovecot: Dovecot) -> None:
    folder.pull()
    folder.run_ahead()
    dovecot.append("soporte", letter("lost"), flags=["\\Flagged"])

    folder.comparing.fetch(folder.compare())

    assert [flag for flags in dovecot.flags("soporte").values() for flag in flags if flag != b"\\Recent"] == [
        b"\\Flagged"
    ]


def test_what_the_next_pull_brings_is_not_missing(folder: Folder) -> None:
    folder.pull()
    for number in range(3):
        folder.arrive(f"mail {number}")

    found = folder.compare()

    assert (found.at_source, found.in_ledger, found.to_come, found.missing) == (3, 0, 3, 0)


def test_a_folder_that_was_never_pulled_misses_nothing(folder: Folder) -> None:
    folder.arrive("first")

    found = folder.compare()

    assert (found.to_come, found.missing) == (1, 0)
    assert "never pulled" in found.remark


@pytest.mark.faults
def test_four_thousand_mails_from_before_the_start_are_not_missing(folder: Folder, dovecot: Dovecot) -> None:
    dovecot.seed("soporte", [letter(f"old {number}") for number in range(4000)], when=LONG_AGO, seen=True)
    batches = folder.source.pull(None, now=just_now())
    from ventanilla.store.inbox import commit_batch

    for _, batch in zip(range(3), batches, strict=False):
        commit_batch(folder.store, "soporte", batch, lease=None, now=datetime.now(UTC))
    batches.close()  # type: ignore[attr-defined]
    on_the_way = folder.compare()
    folder.pull()

    done = folder.compare()

    assert on_the_way.missing == 0
    assert (on_the_way.in_ledger or 0) + on_the_way.to_come == on_the_way.at_source == 4000
    assert on_the_way.to_come > 0
    assert (done.at_source, done.in_ledger, done.missing, done.to_come) == (4000, 4000, 0, 0)


def test_an_old_mail_whose_row_was_never_written_comes_in_as_imported(folder: Folder, dovecot: Dovecot) -> None:
    dovecot.seed("soporte", [letter(f"old {number}") for number in range(5)], when=LONG_AGO)
    folder.pull()
    with folder.store.write() as connection:
        connection.execute(sa.delete(inbox).where(inbox.c.item_key.endswith("/3")))

    found = folder.compare()
    ids = folder.comparing.fetch(found)

    assert [item.key.rpartition("/")[2] for item in found.items] == ["3"]
    assert ids == []
    with folder.store.read() as connection:
        assert set(connection.scalars(sa.select(inbox.c.state))) == {"imported"}
    assert folder.compare().missing == 0


def test_a_folder_that_is_numbered_anew_misses_nothing_before_and_after_it_is_pulled(
    folder: Folder, dovecot: Dovecot
) -> None:
    for number in range(3):
        folder.arrive(f"mail {number}")
    folder.pull()
    folder.compare()
    dovecot.change_uidvalidity("soporte", 77)

    between = folder.compare_after_grace()
    folder.source.close()
    folder.pull()
    after = folder.compare_after_grace()

    assert (between.to_come, between.missing) == (3, 0)
    assert "numbered the folder anew" in between.remark
    assert (after.at_source, after.in_ledger, after.missing, after.gone) == (3, 3, 0, 0)
    assert folder.told == []


def test_mail_that_was_deleted_is_gone_and_not_missing(folder: Folder, dovecot: Dovecot) -> None:
    folder.pull()
    for number in range(3):
        folder.arrive(f"mail {number}")
    folder.pull()
    dovecot.expunge("soporte", 2)

    found = folder.compare()

    assert (found.at_source, found.in_ledger, found.gone, found.missing) == (2, 2, 1, 0)


@pytest.mark.parametrize(
    "window", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(7, marks=pytest.mark.slow)]
)
def test_windows_of_any_size_see_each_mail_once(
    folder_on: Callable[..., Folder], sqlite_store: Store, window: int
) -> None:
    folder = folder_on(sqlite_store, window=window)
    folder.pull()
    for number in range(5):
        folder.arrive(f"mail {number}")
    folder.pull()
    folder.run_ahead()
    folder.arrive("lost")
    folder.server.expunge("soporte", 3)

    found = folder.compare()

    assert (found.at_source, found.in_ledger, found.missing) == (5, 4, 1)


def test_sent_mail_from_before_the_beginning_is_left_out_and_later_mail_is_not(
    folder_on: Callable[..., Folder], sqlite_store: Store, dovecot: Dovecot
) -> None:
    dovecot.append("soporte", letter("long ago"), "Sent", when=LONG_AGO)
    folder = folder_on(sqlite_store, is_sent=True)
    folder.pull()
    folder.run_ahead()
    folder.arrive("lost answer", folder="Sent")

    found = folder.compare()
    ids = folder.comparing.fetch(found)

    assert (found.at_source, found.left_out, found.missing) == (2, 1, 1)
    assert folder.subjects(ids) == ["lost answer"]
    with folder.store.read() as connection:
        assert list(connection.scalars(sa.select(inbox.c.note))) == ["outbound"]
    assert folder.compare().missing == 0


def test_a_source_out_of_reach_keeps_what_it_said_last(folder: Folder, dovecot: Dovecot) -> None:
    folder.pull()
    folder.run_ahead()
    folder.arrive("lost")
    folder.compare()
    dovecot.kill()

    found = folder.compare(later=timedelta(hours=1))

    assert found.state is State.UNREACHABLE
    assert "nobody listens" in found.problem
    assert found.missing == 1
    assert found.compared_at is not None
    assert found.compared_at < found.looked_at


def test_a_folder_that_is_gone_is_told_with_those_that_there_are_and_never_taken_for_well(folder: Folder) -> None:
    folder.pull()
    folder.comparer._find = named("Pedidos")

    found = folder.compare()

    assert found.state is State.UNREACHABLE
    assert "Pedidos" in found.problem
    assert "INBOX" in f"{found.problem} {found.cure}"
