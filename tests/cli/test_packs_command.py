"""`packs`: the law as ready-made policies, as a table, as data, and one whole."""

from __future__ import annotations

from config.packs import PACKS
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town


def test_the_packs_are_listed_with_whom_they_are_for_and_when_they_were_reviewed(
    town: Town, ask: Ask, read: Read
) -> None:
    page = read(town, "packs")

    assert [one["name"] for one in ask(town, "packs")] == list(PACKS)
    assert all(name in page for name in PACKS)
    assert "15 calendar days" in page
    assert "2026-11-21" in page
    assert "Not legal advice" in page


def test_one_is_shown_whole_with_its_articles(town: Town, ask: Ask, read: Read) -> None:
    page = read(town, "packs", "es-ley-10-2025")

    assert "15 working days: resolution of a complaint or claim [complaint, claim] (art. 17.1)" in page
    assert "no survey before the resolution (art. 18.2)" in page
    assert "to adapt by 2026-12-28" in page
    told = ask(town, "packs", "es-ley-10-2025")
    assert (told["reviewed"], told["country"]) == ("2026-11-21", "ES")
    assert {one["what"] for one in told["forbidden"]} >= {"acknowledgement_off", "survey_before_resolution"}
    assert "advice" in told["disclaimer"]


def test_an_unknown_pack_is_refused_with_the_nearest(town: Town, read: Read) -> None:
    assert 'did you mean "es-consumidores"?' in read(town, "packs", "es-consumidor", code=2)


def test_it_needs_neither_a_file_nor_a_store(town: Town, ask: Ask) -> None:
    (town.config.parent / "ventanilla.db").unlink()
    town.config.unlink()

    assert len(ask(town, "packs")) == len(PACKS)


def test_check_names_the_pack_of_each_promise_with_its_source_and_review(town: Town, ask: Ask, read: Read) -> None:
    text = town.config.read_text(encoding="utf-8")
    claims = '[promises.claims]\napplies_to = { kind = "claim" }\npack = "es-consumidores"\n'
    town.config.write_text(f"{text}\n{claims}", encoding="utf-8")

    (law,) = ask(town, "check")["laws"]

    assert law["promise"] == "claims"
    assert "RDL 1/2007" in law["pack"]
    assert "reviewed 2026-11-21; not legal advice" in law["pack"]
    assert "law: promise claims: es-consumidores" in read(town, "check")
