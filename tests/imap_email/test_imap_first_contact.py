"""What a mailbox that is already full does to nobody: old mail is imported, new mail is new, none is lost in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.imap_email.fetching import Limits
from tests.imap_email.mailbox import Mailbox, mail, subject_of
from tests.servers.dovecot import Dovecot

OLD = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.fault(18)
def test_four_thousand_old_mails_are_imported_and_the_new_one_goes_first(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.seed("soporte", [mail(f"old {number}") for number in range(4000)], when=OLD)
    dovecot.deliver("soporte", mail("new"))

    source = mailbox.source()
    for batch in source.pull(None, now=datetime.now(UTC)):
        mailbox.ledger.commit(batch)
        if batch.items:
            break

    assert [subject_of(item) for item in mailbox.ledger.items] == ["new"]
    mailbox.pull()
    assert mailbox.subjects() == ["new"]
    assert mailbox.imported() == [f"old {number}" for number in range(4000)]
    assert mailbox.ledger.repeats == []


def test_mail_that_arrives_while_old_mail_is_imported_does_not_wait_for_the_end_of_it(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    dovecot.seed("soporte", [mail(f"old {number}") for number in range(30)], when=OLD)
    source = mailbox.source(limits=Limits(imported_mails=10))

    for batch in source.pull(None, now=datetime.now(UTC)):
        mailbox.ledger.commit(batch)
        if len(mailbox.ledger.imported) == 10 and not mailbox.ledger.new:
            dovecot.deliver("soporte", mail("new"))

    order = [subject_of(item) for item in mailbox.ledger.items]
    assert order.index("new") == 10
    assert len(order) == 31


def test_mail_that_arrives_while_a_long_past_is_taken_in_does_not_wait_for_the_end_of_it(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    dovecot.seed("soporte", [mail(f"past {number}") for number in range(30)], when=OLD)
    source = mailbox.source(start=date(2024, 1, 1), limits=Limits(batch_mails=10))

    for batch in source.pull(None, now=datetime.now(UTC)):
        mailbox.ledger.commit(batch)
        if len(mailbox.ledger.new) == 10:
            dovecot.deliver("soporte", mail("now"))

    assert mailbox.subjects().index("now") == 10
    assert len(mailbox.subjects()) == 31


def test_imported_mail_is_known_by_its_headers_without_its_body(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.append("soporte", mail("old", "a secret body", header="X-Long: noise\r\n"), when=OLD)

    mailbox.pull()

    (item,) = mailbox.ledger.imported
    assert item.raw is not None
    assert b"Message-ID: <old@example.net>" in item.raw
    assert b"secret" not in item.raw
    assert b"noise" not in item.raw
    assert item.received_at == OLD


def test_a_mailbox_of_more_than_one_search_window_is_read_whole(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.seed("soporte", [mail(f"old {number}") for number in range(25)], when=OLD)
    dovecot.seed("soporte", [mail(f"unread {number}") for number in range(5)], when=datetime.now(UTC))
    limits = Limits(span=4, batch_mails=3, imported_mails=3)

    mailbox.pull(limits=limits)
    for number in range(11):
        dovecot.deliver("soporte", mail(f"later {number}"))
    mailbox.pull(limits=limits)

    assert mailbox.subjects() == [f"unread {number}" for number in range(5)] + [
        f"later {number}" for number in range(11)
    ]
    assert len(mailbox.imported()) == 25
    assert mailbox.ledger.repeats == []


def test_start_all_reads_every_window_once(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.seed("soporte", [mail(f"old {number}") for number in range(25)], when=OLD)

    mailbox.pull(start="all", limits=Limits(span=4, batch_mails=3))

    assert mailbox.subjects() == [f"old {number}" for number in range(25)]
    assert mailbox.ledger.repeats == []


def test_start_unseen_takes_unread_mail_of_any_age_and_mail_read_since(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.append("soporte", mail("old and read"), when=OLD, flags=["\\Seen"])
    dovecot.append("soporte", mail("old and unread"), when=OLD)
    dovecot.append("soporte", mail("young and read"), flags=["\\Seen"])

    mailbox.pull(start="unseen")

    assert mailbox.subjects() == ["old and unread", "young and read"]
    assert mailbox.imported() == ["old and read"]


def test_a_date_begins_at_midnight_of_the_service(dovecot: Dovecot, mailbox: Mailbox) -> None:
    madrid = ZoneInfo("Europe/Madrid")
    midnight = datetime(2026, 7, 1, tzinfo=madrid)
    dovecot.append("soporte", mail("a second before"), when=midnight - timedelta(seconds=1))
    dovecot.append("soporte", mail("at midnight"), when=midnight)

    mailbox.pull(start=date(2026, 7, 1), zone=madrid)

    assert mailbox.subjects() == ["at midnight"]
    assert mailbox.imported() == ["a second before"]


def test_a_server_in_another_zone_is_asked_from_the_day_before(mailbox_on: Callable[..., Mailbox]) -> None:
    with Dovecot(zone="America/Los_Angeles").user("soporte") as server:
        server.append("soporte", mail("one o'clock"), when=datetime(2026, 7, 1, 1, tzinfo=UTC))
        box = mailbox_on(server)

        box.pull(start=date(2026, 7, 1))

        with server.client("soporte", "INBOX") as client:
            assert client.search(["SINCE", date(2026, 7, 1)]) == []  # the server's own day is still the one before
        assert box.subjects() == ["one o'clock"]


def test_with_a_date_old_mail_filed_later_is_still_old(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull(start=date(2026, 1, 1))

    dovecot.append("soporte", mail("filed later"), when=OLD)
    dovecot.deliver("soporte", mail("new"))
    mailbox.pull()

    assert mailbox.subjects() == ["new"]
    assert mailbox.imported() == ["filed later"]


def test_by_default_mail_moved_in_later_is_new_though_it_is_old(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()

    dovecot.append("soporte", mail("moved in"), when=OLD)
    mailbox.pull()

    assert mailbox.subjects() == ["moved in"]


def test_mail_of_the_very_second_of_configuration_is_new(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.since = mailbox.since.replace(microsecond=999_999)
    dovecot.append("soporte", mail("the same second"), when=mailbox.since.replace(microsecond=0))

    mailbox.pull()

    assert mailbox.subjects() == ["the same second"]


def test_an_empty_mailbox_writes_down_where_it_begins(dovecot: Dovecot, mailbox: Mailbox) -> None:
    mailbox.pull()
    first = mailbox.ledger.checkpoint
    dovecot.append("soporte", mail("moved in"), when=OLD)
    mailbox.pull(start="now")

    assert first is not None
    assert mailbox.subjects() == ["moved in"]


def test_pulling_marks_nothing_as_seen(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.append("soporte", mail("old"), when=OLD)
    dovecot.deliver("soporte", mail("new"))

    mailbox.pull()

    with dovecot.client("soporte") as client:
        assert client.folder_status("INBOX", ["UNSEEN", "RECENT"]) == {b"UNSEEN": 2, b"RECENT": 2}


def test_several_folders_have_their_own_checkpoints(dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.append("soporte", mail("in the inbox"))
    dovecot.append("soporte", mail("in a folder"), "Años y ñandúes/Más & más")

    inbox = mailbox.source()
    other = mailbox.source(folder="Años y ñandúes/Más & más")
    mailbox.ledger.pull(inbox)
    checkpoint = mailbox.ledger.checkpoint
    batches = list(other.pull(None, now=datetime.now(UTC)))

    assert mailbox.subjects() == ["in the inbox"]
    assert [subject_of(item) for batch in batches for item in batch.items] == ["in a folder"]
    assert inbox.name != other.name
    assert other.name.endswith("/Años y ñandúes/Más & más")
    assert checkpoint is not None


def test_the_name_is_the_account_and_folder_whatever_their_spelling(mailbox: Mailbox) -> None:
    name = mailbox.source(host="LocalHost", folder="inbox").name

    assert name == f"imap://soporte@localhost:{mailbox.server.port}/INBOX"
