"""Mail that vanishes, repeats, has no name, is enormous or cannot be had: each is accounted for and holds up no other."""

from __future__ import annotations

import contextlib
import tracemalloc
from datetime import UTC, datetime

import pytest

from connectors.imap_email.fetching import Limits
from tests.imap_email.mailbox import Mailbox, mail, subject_of
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Proxy
from ventanilla.errors import Temporary

OLD = datetime(2024, 5, 1, 12, tzinfo=UTC)
MEGABYTE = 1024 * 1024


@pytest.mark.fault(11)
def test_a_mail_expunged_between_search_and_fetch_is_noted_and_the_rest_goes_on(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    mailbox.pull()
    for number in (1, 2, 3):
        dovecot.deliver("soporte", mail(f"mail {number}"))

    def expunge(line: bytes) -> None:
        if b"BODY.PEEK[]" in line and len(dovecot.flags("soporte")) == 3:
            dovecot.expunge("soporte", 2)

    with Proxy(dovecot.port, on_line=expunge) as proxy:
        source = mailbox.source(port=proxy.port)
        items = [
            item for batch in source.pull(mailbox.ledger.checkpoint, now=datetime.now(UTC)) for item in batch.items
        ]
        source.close()

    assert [item.raw is None for item in items] == [False, True, False]
    assert items[1].note == "expunged"
    assert [subject_of(items[0]), subject_of(items[2])] == ["mail 1", "mail 3"]


@pytest.mark.fault(11)
def test_a_mail_expunged_before_its_size_is_known_is_noted_too(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    dovecot.deliver("soporte", mail("mail 1"))

    def expunge(line: bytes) -> None:
        if b"RFC822.SIZE" in line and dovecot.flags("soporte"):
            dovecot.expunge("soporte", 1)

    with Proxy(dovecot.port, on_line=expunge) as proxy:
        source = mailbox.source(port=proxy.port)
        items = [
            item for batch in source.pull(mailbox.ledger.checkpoint, now=datetime.now(UTC)) for item in batch.items
        ]
        source.close()

    assert [item.raw for item in items] == [None]
    assert items[0].note.startswith("expunged")


@pytest.mark.fault(11)
def test_after_a_change_of_uidvalidity_new_mail_is_new_and_what_was_taken_is_told_by_its_identity(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    dovecot.append("soporte", mail("old"), when=OLD)
    dovecot.deliver("soporte", mail("taken before"))
    mailbox.pull()
    before = {item.identity for item in mailbox.ledger.new}

    dovecot.change_uidvalidity("soporte", 77)
    dovecot.deliver("soporte", mail("arrived since"))
    mailbox.pull()

    again = [item for item in mailbox.ledger.new if item.key.startswith("INBOX/77/")]
    assert [subject_of(item) for item in again if item.identity not in before] == ["arrived since"]
    assert [subject_of(item) for item in again if item.identity in before] == ["taken before"]
    assert set(mailbox.imported()) == {"old"}


@pytest.mark.fault(11)
def test_after_a_change_of_uidvalidity_marking_old_mail_as_unread_does_not_make_it_new(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    dovecot.append("soporte", mail("old and read"), when=OLD, flags=["\\Seen"])
    mailbox.pull(start="unseen")

    with dovecot.client("soporte", "INBOX") as client:
        client.remove_flags([1], [b"\\Seen"])
    dovecot.change_uidvalidity("soporte", 77)
    mailbox.pull()

    assert mailbox.subjects() == []


@pytest.mark.fault(11)
def test_with_start_all_a_change_of_uidvalidity_takes_everything_again(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.append("soporte", mail("old"), when=OLD)
    mailbox.pull(start="all")

    dovecot.change_uidvalidity("soporte", 77)
    mailbox.pull()

    assert mailbox.subjects() == ["old", "old"]
    assert len({item.identity for item in mailbox.ledger.new}) == 1


@pytest.mark.fault(11)
def test_two_mails_with_one_message_id_are_two_and_a_copy_is_one(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    one, other = mail("one", message_id="<same@example.net>"), mail("other", message_id="<same@example.net>")
    for raw in (one, other, one):
        dovecot.append("soporte", raw)

    mailbox.pull()

    first, second, copy = mailbox.ledger.new
    assert first.identity == copy.identity != second.identity
    assert len({item.key for item in mailbox.ledger.new}) == 3


@pytest.mark.fault(11)
def test_mail_without_a_message_id_is_taken_like_any_other(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    for subject in ("one", "other"):
        dovecot.append("soporte", mail(subject, message_id=None))

    mailbox.pull()

    assert mailbox.subjects() == ["one", "other"]
    assert len({item.identity for item in mailbox.ledger.new}) == 2


def test_an_empty_mail_is_not_taken_for_a_vanished_one(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    dovecot.append("soporte", b"\r\n")

    mailbox.pull()

    (item,) = mailbox.ledger.new
    assert item.raw == b"\r\n"
    assert item.note == ""


def test_flags_that_matter_to_screening_stand_in_the_note(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    dovecot.append("soporte", mail("spam"), flags=["$Junk", "\\Flagged", "\\Seen"])
    dovecot.append("soporte", mail("ordinary"), flags=["\\Seen", "\\Answered"])

    mailbox.pull()

    assert [item.note for item in mailbox.ledger.new] == ["flags=$Junk \\Flagged", ""]


@pytest.mark.fault(11)
def test_a_mail_of_fifty_megabytes_comes_whole_with_bounded_memory(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    line = b"x" * 76 + b"\r\n"
    raw = mail("large") + line * (48 * MEGABYTE // len(line))
    dovecot.append("soporte", raw)
    dovecot.append("soporte", mail("small"))

    tracemalloc.start()
    try:
        mailbox.pull()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert mailbox.subjects() == ["large", "small"]
    assert mailbox.ledger.new[0].raw == raw
    assert peak < 2.3 * len(raw)


def test_a_mail_above_the_limit_is_visible_by_its_header_and_its_size(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    dovecot.append("soporte", mail("too large", "x" * 5000))
    dovecot.append("soporte", mail("small"))

    mailbox.pull(limits=Limits(small=1000, slice_bytes=1000, largest=3000))

    large, small = mailbox.ledger.new
    assert large.note.startswith("too large: 5")
    assert large.raw is not None
    assert large.raw.endswith(b"Subject: too large\r\n\r\n")
    assert large.size > 5000
    assert subject_of(small) == "small"


def test_a_large_mail_behind_a_small_one_is_not_fetched_with_it(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    dovecot.append("soporte", mail("small"))
    dovecot.append("soporte", mail("too large", "x" * 5000))

    mailbox.pull(limits=Limits(small=1000, slice_bytes=1000, largest=3000))

    assert [len(item.raw or b"") < 1000 for item in mailbox.ledger.new] == [True, True]


def test_a_server_that_tells_wrong_sizes_still_gives_whole_mails(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    raw = mail("larger than told", "x" * 5000)
    dovecot.append("soporte", raw)

    with Proxy(dovecot.port) as proxy:
        told = f"RFC822.SIZE {len(raw)}".encode()
        proxy.on_answer = lambda data: data.replace(told, b"RFC822.SIZE 1500")
        source = mailbox.source(port=proxy.port, limits=Limits(small=1000, slice_bytes=1000))
        mailbox.ledger.pull(source)
        source.close()

    assert [item.raw for item in mailbox.ledger.new] == [raw]


@pytest.mark.parametrize("size", [999, 1000, 1001, 2000, 2001])
def test_a_mail_in_slices_is_the_same_to_the_byte(dovecot: Dovecot, mailbox: Mailbox, size: int) -> None:
    mailbox.pull()
    raw = mail("sliced")
    raw += b"y" * (size - len(raw))
    dovecot.append("soporte", raw)

    mailbox.pull(limits=Limits(small=100, slice_bytes=500))

    assert [item.raw for item in mailbox.ledger.new] == [raw]


def test_batches_are_bounded_in_mails_and_bytes(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    for number in range(7):
        dovecot.append("soporte", mail(f"mail {number}", "x" * 1000))
    dovecot.append("soporte", mail("large", "x" * 3000))

    mailbox.pull(limits=Limits(batch_mails=3, batch_bytes=2500, small=2000))

    sizes = [len(batch.items) for batch in mailbox.ledger.batches if batch.items]
    assert sizes == [2, 2, 2, 1, 1]


def test_a_mail_that_the_server_will_not_hand_over_is_told_and_holds_up_nothing(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    mailbox.pull()
    for number in (1, 2, 3):
        dovecot.append("soporte", mail(f"mail {number}"))

    def refuse(line: bytes) -> bytes | None:
        """NO for any fetch that asks for the body of the second mail."""
        parts = line.split()
        if b"BODY.PEEK[]" in line and b"2" in parts[3].split(b","):
            return parts[0] + b" NO [SERVERBUG] Cannot read it\r\n"
        return None

    with Proxy(dovecot.port, on_line=refuse) as proxy:
        source = mailbox.source(port=proxy.port)
        mailbox.ledger.pull(source)
        source.close()

    assert mailbox.subjects() == ["mail 1", "mail 2", "mail 3"]
    assert "Cannot read it" in mailbox.ledger.new[1].note
    assert mailbox.ledger.new[1].note.startswith("unfetchable: ")
    assert [item.note for item in mailbox.ledger.new[::2]] == ["", ""]


@pytest.mark.fault(11)
def test_a_mail_at_which_the_connection_breaks_each_time_does_not_block_the_folder(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    mailbox.pull()
    for number in (1, 2, 3):
        dovecot.append("soporte", mail(f"mail {number}"))

    def break_at_the_second(line: bytes) -> None:
        if b"BODY.PEEK[]" in line and b"2" in line.split()[3].split(b","):
            dovecot.kill_sessions()

    with Proxy(dovecot.port, on_line=break_at_the_second) as proxy:
        source = mailbox.source(port=proxy.port)
        attempts = 0
        while mailbox.subjects() != ["mail 1", "mail 2", "mail 3"]:
            attempts += 1
            assert attempts < 10
            with contextlib.suppress(Temporary):
                mailbox.ledger.pull(source)
        source.close()

    assert mailbox.ledger.new[1].note.startswith("unfetchable: the connection was lost 5 times")
    assert mailbox.ledger.repeats == []


@pytest.mark.fault(11)
@pytest.mark.parametrize("limit", [1, 30, 150, 300, 700, 1100, 1500])
def test_an_answer_cut_off_anywhere_loses_and_doubles_nothing(dovecot: Dovecot, mailbox: Mailbox, limit: int) -> None:
    mailbox.pull()
    for number in range(4):
        dovecot.append("soporte", mail(f"mail {number}", "x" * 100))

    with Proxy(dovecot.port) as proxy:
        source = mailbox.source(port=proxy.port, limits=Limits(batch_mails=2))
        proxy.limit = limit
        with pytest.raises(Temporary):
            mailbox.ledger.pull(source)
        mailbox.ledger.pull(source)
        source.close()

    assert mailbox.subjects() == [f"mail {number}" for number in range(4)]
    assert mailbox.ledger.repeats == []


def test_a_mail_that_becomes_visible_after_a_later_one_is_not_missed(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    for number in (1, 2, 3):
        dovecot.append("soporte", mail(f"mail {number}"))

    hidden = True

    def hide(data: bytes) -> bytes:
        """The second mail is not found yet."""
        return data.replace(b"* SEARCH 1 2 3\r\n", b"* SEARCH 1 3\r\n") if hidden else data

    with Proxy(dovecot.port) as proxy:
        proxy.on_answer = hide
        source = mailbox.source(port=proxy.port)
        mailbox.ledger.pull(source)
        assert mailbox.subjects() == ["mail 1", "mail 3"]
        hidden = False
        mailbox.ledger.pull(source)
        source.close()

    assert mailbox.subjects() == ["mail 1", "mail 3", "mail 2"]
    assert mailbox.ledger.repeats == []
