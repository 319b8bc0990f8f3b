"""`contacts` and `contact …`: who writes to us, and a person's word on who is the same person."""

from __future__ import annotations

import io
import sys

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town
from ventanilla.channel import Party
from ventanilla.store.contacts import contact_for
from ventanilla.store.events import Journal
from ventanilla.store.suggestions import Reason, suggest
from ventanilla.store.tables import addresses, conversations
from ventanilla.words import AddressKind

PHONE = "+34600111222"


def phone_of_eva(town: Town) -> int:
    """A contact who is known by a phone alone."""
    with town.store.write() as connection:
        party = Party(address=PHONE, name="Eva G.", kind=AddressKind.PHONE)
        return int(contact_for(connection, party, now=town.now).id)


def suggested(town: Town, one: int, other: int) -> None:
    journal = Journal(now=town.now, actor="test")
    with town.store.write() as connection:
        suggest(connection, one, other, reason=Reason.NAMES_PHONE, journal=journal)
        journal.flush(connection)


def owners(town: Town) -> list[str]:
    with town.store.read() as connection:
        return list(connection.scalars(sa.select(conversations.c.owner).order_by(conversations.c.id)))


@pytest.fixture
def eva(town: Town) -> Town:
    """Eva has a case by mail (contact 1); her phone is contact 2."""
    town.write("eva@example.org", name="Eva")
    phone_of_eva(town)
    return town


def test_without_customers_the_list_says_so(town: Town, read: Read, ask: Ask) -> None:
    assert read(town, "contacts") == "nobody has written yet\n"
    assert ask(town, "contacts") == []
    assert read(town, "contacts", "suggestions") == "nobody seems to be the same person as somebody else\n"


def test_customers_are_listed_with_what_is_known_of_them(eva: Town, ask: Ask, read: Read) -> None:
    phone, mail = ask(eva, "contacts")

    assert (phone["id"], phone["open_cases"], phone["addresses"][0]["address"]) == (2, 0, PHONE)
    assert (mail["id"], mail["name"], mail["open_cases"], mail["case_count"]) == (1, "Eva", 1, 1)
    assert "eva@example.org" in read(eva, "contacts")


@pytest.mark.parametrize(("text", "found"), [("EVA@", [1]), ("+3460", [2]), ("eva", [2, 1]), ("%", []), ("zzz", [])])
def test_the_list_is_searched_by_name_and_address(eva: Town, ask: Ask, text: str, found: list[int]) -> None:
    assert [one["id"] for one in ask(eva, "contacts", "--search", text)] == found


def test_the_list_is_paged(eva: Town, ask: Ask, read: Read) -> None:
    assert "the next ones: --after 2" in read(eva, "contacts", "--limit", "1")
    assert [one["id"] for one in ask(eva, "contacts", "--after", "2")] == [1]
    assert read(eva, "contacts", "--after", "1") == "no more customers\n"


@pytest.mark.parametrize("typed", [PHONE, "600 11 12 22", "0034 600-111-222", "phone:600111222", "+34 (600) 111 222"])
def test_a_phone_is_found_however_it_is_written(eva: Town, ask: Ask, typed: str) -> None:
    assert ask(eva, "contact", "show", typed)["id"] == 2


def test_a_customer_is_found_by_mail_and_by_a_case_of_theirs(eva: Town, ask: Ask) -> None:
    (case,) = ask(eva, "conversations")

    for typed in ("EVA@example.org", "email:eva@example.org", case["key"], case["key"].replace("-", "").lower()):
        assert ask(eva, "contact", "show", typed)["id"] == 1


def test_an_address_that_nobody_has_is_refused_with_the_nearest(eva: Town, read: Read) -> None:
    assert 'did you mean "eva@example.org"?' in read(eva, "contact", "show", "eva@exampel.org", code=2)
    assert "contacts --search" in read(eva, "contact", "show", "zzzz@nowhere.test", code=2)


def test_characters_that_are_several_addresses_ask_which(eva: Town, read: Read, ask: Ask) -> None:
    with eva.store.write() as connection:
        contact_for(connection, Party(address="600111222", kind=AddressKind.TELEGRAM), now=eva.now)

    assert f"telegram:600111222 or phone:{PHONE}" in read(eva, "contact", "show", "600111222", code=2).replace(
        f"phone:{PHONE} or telegram:600111222", f"telegram:600111222 or phone:{PHONE}"
    )
    assert ask(eva, "contact", "show", "telegram:600111222")["id"] == 3


def test_the_page_of_a_customer_has_addresses_cases_and_what_is_known(eva: Town, read: Read) -> None:
    suggested(eva, 1, 2)
    page = read(eva, "contact", "show", "eva@example.org")

    assert page.startswith("Eva, contact 1, known since ")
    assert "email     eva@example.org" in page
    assert "language not known; tags none" in page
    assert "may also be Eva G. <+34600111222>: one wrote the other's phone number" in page
    assert "1 case, 1 open" in page
    assert "No cases yet" in read(eva, "contact", "show", PHONE)


def test_an_address_that_wants_nothing_sent_is_shown_as_such(eva: Town, read: Read) -> None:
    with eva.store.write() as connection:
        connection.execute(sa.update(addresses).where(addresses.c.value == PHONE).values(opted_out_at=eva.now))

    assert "(opted out)" in read(eva, "contacts")
    assert "(opted out 20" in read(eva, "contact", "show", PHONE)


# Setting


def test_what_is_known_of_a_customer_is_set_by_hand(eva: Town, ask: Ask, read: Read) -> None:
    told = ask(
        eva,
        "contact",
        "set",
        PHONE,
        "--name",
        "Eva Gil",
        "--owner",
        "LUIS",
        "--tag",
        "vip, norte",
        "--language",
        "català",
    )
    assert (told["name"], told["owner"], told["tags"], told["language"]) == ("Eva Gil", "luis", ["vip", "norte"], "ca")
    assert told["changed"] == ["name", "language", "owner", "tags"]

    told = ask(eva, "contact", "set", PHONE, "--untag", "vip", "--owner", "none", "--language", "none")
    assert (told["owner"], told["tags"], told["language"]) == (None, ["norte"], None)
    assert "nothing was changed" in read(eva, "contact", "set", PHONE, "--tag", "norte")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say what to set"),
        (("--owner", "luiz"), 'did you mean "luis"?'),
        (("--language", "klingon"), "expected one of es, en, ca, gl, eu"),
        (("--untag", "vip"), "has no tag vip; has: none"),
    ],
)
def test_what_cannot_be_set_is_said_with_what_can(eva: Town, read: Read, arguments: tuple[str, ...], said: str) -> None:
    assert said in read(eva, "contact", "set", PHONE, *arguments, code=2)


# Linking


def test_a_link_moves_everything_and_no_owner_and_unlinking_undoes_it(eva: Town, ask: Ask, read: Read) -> None:
    before = owners(eva)

    said = read(eva, "contact", "link", PHONE, "eva@example.org", "--yes")
    assert "1 address and 1 case moved; nobody's owner changed" in said
    assert "To undo: ventanilla contact unlink eva@example.org" in said
    assert {one["address"] for one in ask(eva, "contact", "show", PHONE)["addresses"]} == {"eva@example.org", PHONE}

    said = read(eva, "contact", "unlink", "eva@example.org", "--yes")
    assert f"To undo: ventanilla contact link {PHONE} eva@example.org" in said
    shown = ask(eva, "contact", "show", "eva@example.org")
    assert (shown["id"], shown["open_cases"]) == (1, 1)
    assert owners(eva) == before
    assert read(eva, "audit")


def test_links_and_their_undoing_print_json(eva: Town, ask: Ask) -> None:
    assert ask(eva, "contact", "link", "eva@example.org", PHONE, "--yes") == {
        "contact": 1,
        "emptied": 2,
        "addresses": 1,
        "cases": 0,
    }
    assert ask(eva, "contact", "link", "eva@example.org", PHONE)["emptied"] is None
    assert ask(eva, "contact", "unlink", PHONE, "--yes") == {
        "contact": 1,
        "unlinked": 2,
        "address": PHONE,
        "addresses": 1,
        "cases": 0,
    }


def answered(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{answer}\n"))


def test_a_link_asks_first_and_says_who_is_meant(
    eva: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ask: Ask
) -> None:
    answered(monkeypatch, "n")
    assert eva.run("contact", "link", "eva@example.org", PHONE) == 2
    asked = capsys.readouterr().err
    assert "Eva: eva@example.org (1 case, 1 open)" in asked
    assert f"Eva G.: {PHONE} (0 cases, 0 open)" in asked
    assert len(ask(eva, "contacts")) == 2

    answered(monkeypatch, "y")
    assert eva.run("contact", "link", "eva@example.org", PHONE) == 0
    assert len(ask(eva, "contacts")) == 1


def test_an_unlinking_asks_first(eva: Town, monkeypatch: pytest.MonkeyPatch, ask: Ask) -> None:
    eva.run("contact", "link", "eva@example.org", PHONE, "--yes")
    answered(monkeypatch, "n")

    assert eva.run("contact", "unlink", PHONE) == 2
    assert len(ask(eva, "contacts")) == 1


def test_the_only_address_of_a_customer_is_not_unlinked(eva: Town, read: Read) -> None:
    assert "only address" in read(eva, "contact", "unlink", PHONE, "--yes", code=2)


# Suggestions


def test_suggestions_are_listed_with_their_reason_and_accepted_by_a_link(eva: Town, ask: Ask, read: Read) -> None:
    suggested(eva, 2, 1)

    (one,) = ask(eva, "contacts", "suggestions")
    assert [each["id"] for each in one["contacts"]] == [1, 2]
    assert one["reason"] == "names_phone"
    page = read(eva, "contacts", "suggestions")
    assert "one wrote the other's phone number" in page
    assert f"ventanilla contact link eva@example.org {PHONE}" in page

    eva.run("contact", "link", "eva@example.org", PHONE, "--yes")
    assert ask(eva, "contacts", "suggestions") == []


def test_a_rejected_pair_is_not_suggested_again(eva: Town, ask: Ask, read: Read) -> None:
    suggested(eva, 1, 2)

    assert "two people" in read(eva, "contact", "reject", "eva@example.org", PHONE)
    suggested(eva, 1, 2)
    assert ask(eva, "contact", "reject", PHONE, "eva@example.org") == {"rejected": [2, 1]}
    assert ask(eva, "contacts", "suggestions") == []


def test_who_is_one_contact_cannot_be_two_people(eva: Town, read: Read) -> None:
    eva.run("contact", "link", "eva@example.org", PHONE, "--yes")

    assert "contact unlink" in read(eva, "contact", "reject", "eva@example.org", PHONE, code=2)


def test_the_page_of_a_case_says_what_else_the_customer_wrote_and_who_they_may_be(
    eva: Town, ask: Ask, read: Read
) -> None:
    eva.write("luisa@example.org", name="Luisa")
    eva.run("contact", "link", "eva@example.org", "luisa@example.org", "--yes")
    suggested(eva, 1, 2)
    later, first = (case["key"] for case in ask(eva, "conversations"))

    page = read(eva, "show", first)
    assert "also at eva@example.org, luisa@example.org" in page
    assert f"also wrote {later} on soporte: open, with " in page
    assert "may also be Eva G." in page
    (shown,) = ask(eva, "show", first)
    assert [case["key"] for case in shown["customer"]["other_cases"]] == [later]
