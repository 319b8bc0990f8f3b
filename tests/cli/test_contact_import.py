"""`contacts import`: spreadsheets as they come, every problem by its line, nothing twice; and what the router makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cli.contact_file import Sheet, read_sheet
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town, build_town
from ventanilla.channel import Party
from ventanilla.errors import BadInput
from ventanilla.store.contacts import contact_for
from ventanilla.store.engine import Store
from ventanilla.store.tables import addresses, conversations, events
from ventanilla.words import AddressKind, EventKind

PEOPLE = {"ana": "ana", "luis": "luis", "luis@example.com": "luis"}
GOOD = """nombre;correo;teléfono;etiquetas;idioma;responsable
Eva García;eva@example.org;600 11 12 22;vip|norte;es;luis
Jon;jon@example.org | jon@trabajo.example;;;euskera;
"""


def sheet(text: str | bytes) -> Sheet:
    return read_sheet(text if isinstance(text, bytes) else text.encode(), region="ES", people=PEOPLE)


def troubles(text: str) -> list[str]:
    return [str(trouble) for trouble in sheet(text).troubles]


def written(folder: Path, text: str | bytes, name: str = "clientes.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


# Reading

AS_READ = "(numbers without a country are read as ES; --region says otherwise)"


def test_columns_are_found_by_their_names_in_spanish() -> None:
    eva, jon = sheet(GOOD).entries

    assert eva.addresses == ((AddressKind.EMAIL, "eva@example.org"), (AddressKind.PHONE, "+34600111222"))
    assert (eva.name, eva.tags, eva.language, eva.account_manager) == ("Eva García", ("vip", "norte"), "es", "luis")
    assert [value for _, value in jon.addresses] == ["jon@example.org", "jon@trabajo.example"]
    assert (jon.language, jon.account_manager, jon.tags) == ("eu", None, ())


def test_columns_are_found_by_their_names_in_english() -> None:
    text = """E-Mail,First name,Name,Surname,Phone 2,Telegram,Language,Owner,Tags
a@b.example,x,Eva,García,+34600111222,77,EN-gb,Luis,"a, b"
"""
    found = sheet(text)

    (one,) = found.entries
    assert found.ignored == ["First name"]
    assert (one.name, one.language, one.account_manager, one.tags) == ("Eva García", "en", "luis", ("a", "b"))
    assert {kind for kind, _ in one.addresses} == {AddressKind.EMAIL, AddressKind.PHONE, AddressKind.TELEGRAM}


@pytest.mark.parametrize(
    ("raw", "encoding", "separator"),
    [
        (GOOD.encode(), "UTF-8", ";"),
        (b"\xef\xbb\xbf" + GOOD.encode(), "UTF-8", ";"),
        (GOOD.replace("|", "/").encode("cp1252").replace(b"/", b"|"), "Windows-1252", ";"),
        (GOOD.replace(";", "\t").encode("utf-16"), "UTF-16", "\t"),
        (GOOD.replace(";", ",").replace("\n", "\r\n").encode(), "UTF-8", ","),
        (b"sep=;\r\n" + GOOD.replace("\n", "\r\n").encode(), "UTF-8", ";"),
    ],
    ids=["utf-8", "bom", "excel", "unicode text", "comma and crlf", "sep line"],
)
def test_encoding_and_separator_are_found_out(raw: bytes, encoding: str, separator: str) -> None:
    found = sheet(raw)

    assert (found.encoding, found.separator) == (encoding, separator)
    assert found.troubles == []
    assert found.entries == sheet(GOOD).entries


def test_a_mail_in_angles_and_a_number_with_an_apostrophe_are_read() -> None:
    (one,) = sheet("email;phone\nEva <EVA@Example.org>;'0034600111222\n").entries

    assert [value for _, value in one.addresses] == ["eva@example.org", "+34600111222"]


def test_every_problem_is_named_by_its_line_at_once() -> None:
    text = (
        "nombre;correo;teléfono;telegram;idioma;responsable\n"
        "Eva;eva@;;;;\n"
        "\n"
        "Jon;;12;@jon;klingon;luiz\n"
        'Ana;ana@example.org;"3,46E+10";;;\n'
        "Nadie;;;;es;\n"
        "Pablo;pablo@example.org;;;;;sobra\n"
        "Ana;ana2@example.org|ANA3@example.org;;;;\n"
        "Otra;ana3@example.org;;;;\n"
    )
    assert troubles(text) == [
        'line 2: e-mail "eva@": expected one such as eva@example.org',
        f'line 4: phone "12": expected one such as +34910000000 {AS_READ}',
        'line 4: telegram "@jon": expected the number of the account; names change hands',
        'line 4: language "klingon": expected one of es, en, ca, gl, eu',
        'line 4: owner "luiz": there is no such agent; did you mean "luis"?',
        'line 5: "3,46E+10": a spreadsheet has shortened the number; format that column as text and save again',
        "line 6: has no address: no e-mail, phone or Telegram number",
        "line 7: has 7 cells under 6 titles: a separator in a cell wants quotes around it",
        "line 9: ana3@example.org is already on line 8",
    ]


def test_a_quote_that_is_not_closed_is_named_where_it_opens() -> None:
    text = 'name;email\nEva;eva@example.org\n"Jon;jon@example.org\n' + "x;x@example.org\n" * 50

    assert troubles(text) == ["line 3: a quote is opened here and not closed"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"PK\x03\x04rest", "workbook"),
        (
            b"nombre;emial\nEva;x\n",
            'no column of addresses (email, phone, telegram); found: nombre, emial; did you mean "email"?',
        ),
        (b"email;idioma;lang\n", "idioma, lang say the same"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(text: bytes, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        sheet(text)

    assert said in str(refused.value)


# Importing


def test_a_list_becomes_contacts_and_again_changes_nothing(
    either_town: Town, tmp_path: Path, ask: Ask, read: Read
) -> None:
    town, file = either_town, written(tmp_path, GOOD)

    first = ask(town, "contacts", "import", file)
    assert (first["created"], first["addresses"], first["imported"]) == (2, 4, True)
    shown = ask(town, "contact", "show", "600111222")
    assert (shown["name"], shown["language"], shown["owner"]) == ("Eva García", "es", "luis")
    assert shown["tags"] == ["vip", "norte"]

    again = ask(town, "contacts", "import", file)
    assert (again["created"], again["changed"], again["unchanged"], again["addresses"]) == (0, 0, 2, 0)
    with town.store.read() as connection:
        changes = events.c.kind == EventKind.CONTACT_CHANGED
        assert len(connection.execute(sa.select(events).where(changes)).all()) == 1
    assert "0 contacts new, 0 changed, 2 as they were" in read(town, "contacts", "import", file)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(town: Town, tmp_path: Path, ask: Ask, read: Read) -> None:
    told = ask(town, "contacts", "import", written(tmp_path, GOOD), "--dry-run")

    assert (told["created"], told["addresses"], told["imported"], told["dry_run"]) == (2, 4, False, True)
    assert read(town, "contacts", "import", written(tmp_path, GOOD), "--dry-run").startswith("would import 2 lines")
    assert ask(town, "contacts") == []


def test_nothing_is_imported_while_a_line_is_wrong_unless_asked_for(
    town: Town, tmp_path: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, GOOD + "Nadie;;;;;\n")

    assert town.run("contacts", "import", file) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{file}: line 4: has no address" in said.err
    assert "nothing was imported: 1 line of it cannot be" in said.err
    assert ask(town, "contacts", "import", file, code=2)["problems"][0]["line"] == 4
    assert ask(town, "contacts") == []

    assert ask(town, "contacts", "import", file, "--skip-bad")["created"] == 2


def test_an_existing_contact_is_brought_up_to_date(town: Town, tmp_path: Path, ask: Ask) -> None:
    town.write("eva@example.org", name="evita")
    town.run("contacts", "import", written(tmp_path, "email;tags\neva@example.org;antiguo\n"))

    told = ask(town, "contacts", "import", written(tmp_path, GOOD))

    assert (told["created"], told["changed"], told["addresses"]) == (1, 1, 3)
    shown = ask(town, "contact", "show", "eva@example.org")
    assert (shown["id"], shown["name"], shown["tags"]) == (1, "Eva García", ["antiguo", "vip", "norte"])
    assert [each["address"] for each in shown["addresses"]] == ["eva@example.org", "+34600111222"]


def test_tags_take_the_place_of_the_contacts_where_asked_for(town: Town, tmp_path: Path, ask: Ask) -> None:
    town.run("contacts", "import", written(tmp_path, "email;tags\neva@example.org;antiguo\n"))

    town.run("contacts", "import", written(tmp_path, GOOD), "--replace-tags")

    assert ask(town, "contact", "show", "eva@example.org")["tags"] == ["vip", "norte"]


def test_empty_cells_change_nothing(town: Town, tmp_path: Path, ask: Ask) -> None:
    town.run("contacts", "import", written(tmp_path, GOOD))

    told = ask(town, "contacts", "import", written(tmp_path, "email;name;tags;idioma\neva@example.org;;;\n"))

    assert (told["unchanged"], told["changed"]) == (1, 0)


def test_a_line_that_ties_two_contacts_becomes_a_suggestion(town: Town, tmp_path: Path, ask: Ask) -> None:
    town.write("eva@example.org", name="Eva")
    with town.store.write() as connection:
        contact_for(connection, Party(address="+34600111222", kind=AddressKind.PHONE), now=town.now)

    told = ask(town, "contacts", "import", written(tmp_path, GOOD))

    assert (told["created"], told["suggested"]) == (1, 1)
    (one,) = ask(town, "contacts", "suggestions")
    assert ([each["id"] for each in one["contacts"]], one["reason"]) == ([1, 2], "import")
    assert {ask(town, "contact", "show", typed)["owner"] for typed in ("eva@example.org", "600111222")} == {"luis"}
    assert ask(town, "contacts", "import", written(tmp_path, GOOD))["suggested"] == 0


def test_a_file_that_is_not_there_or_a_country_that_is_none_is_refused(town: Town, tmp_path: Path, read: Read) -> None:
    assert "no such file" in read(town, "contacts", "import", str(tmp_path / "none.csv"), code=2)
    assert "--region" in read(town, "contacts", "import", written(tmp_path, GOOD), "--region", "XX", code=2)


def test_numbers_without_a_country_are_read_as_the_one_that_is_named(town: Town, tmp_path: Path, ask: Ask) -> None:
    town.run("contacts", "import", written(tmp_path, "phone\n020 7946 0018\n"), "--region", "gb")

    assert ask(town, "contact", "show", "+442079460018")["id"] == 1


def test_many_lines_go_in_by_batches(town: Town, tmp_path: Path, ask: Ask) -> None:
    lines = "".join(f"Cliente {number};c{number}@example.org;6{number:08d}\n" for number in range(1203))
    told = ask(town, "contacts", "import", written(tmp_path, f"name;email;phone\n{lines}"))

    assert (told["created"], told["addresses"]) == (1203, 2406)
    with town.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(addresses)) == 2406


RULES = """
[[rules]]
when = { tag = "vip" }
then = { priority = "high" }
"""


def test_rules_owners_and_languages_follow_the_list(sqlite_store: Store, tmp_path: Path, ask: Ask) -> None:
    town = build_town(sqlite_store, tmp_path, more=RULES)
    town.run("contacts", "import", written(tmp_path, GOOD.replace(";es;luis", ";en;luis")))

    town.write("eva@example.org", text="¿Cuándo llega mi pedido de tornillos, por favor?")
    town.write("otra@example.org", text="¿Cuándo llega mi pedido de tornillos, por favor?")

    with town.store.read() as connection:
        eva, other = connection.execute(sa.select(conversations).order_by(conversations.c.id)).all()
    assert (eva.priority, eva.language) == ("high", "en")
    assert (other.priority, other.language) == ("normal", "es")
    decided: Any = ask(town, "explain", eva.key)
    assert "account" in json.dumps(decided)
