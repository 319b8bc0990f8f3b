"""What `check` says of the law: which pack to choose, what keeps one from being kept, and what one forbids in the file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.load import load_config
from tests.config.toml_files import GOOD, problems_of, said, write

HOLIDAYS = 'fri = ["09:00-15:00"] }\nholidays = { country = "ES", region = "MD" }'
LAWFUL = GOOD.replace('fri = ["09:00-15:00"] }', HOLIDAYS).replace('pack = "none"', 'pack = "es-consumidores"')


def warned(folder: Path, text: str, *, on: date = date(2026, 11, 22)) -> list[str]:
    return said(load_config(write(folder, text), today=on).warnings)


def test_a_house_in_spain_is_asked_which_law_applies_until_it_answers(tmp_path: Path) -> None:
    (asked,) = warned(tmp_path, GOOD.replace('pack = "none"\n', ""))
    assert asked.startswith("promises.normal.pack: which law on complaints and claims applies")
    assert '"es-consumidores": every business' in asked
    assert '"es-ley-10-2025": basic services' in asked
    assert "co-pqrs" not in asked
    assert warned(tmp_path, GOOD) == []
    assert warned(tmp_path, LAWFUL) == []


def test_rules_that_make_claims_are_enough_to_ask_and_holidays_of_spain_to_be_there(tmp_path: Path) -> None:
    bare = GOOD[: GOOD.index("[promises.normal]")]
    rule = '[[rules]]\nwhen = { text = "queja" }\nthen = { kind = "complaint" }\n'
    assert warned(tmp_path, bare) == []
    (asked,) = warned(tmp_path, bare + rule)
    assert asked.startswith("promises: which law")
    abroad = (bare + rule).replace('timezone = "Europe/Madrid"', 'timezone = "America/Lima"')
    assert warned(tmp_path, abroad) == []
    (asked,) = warned(tmp_path, abroad.replace('fri = ["09:00-15:00"] }', HOLIDAYS))
    assert asked.startswith("promises: which law")


def test_a_pack_without_holidays_is_warned_about_with_the_line_to_add(tmp_path: Path) -> None:
    (told,) = warned(tmp_path, GOOD.replace('pack = "none"', 'pack = "es-consumidores"'))
    assert told.startswith("calendars.madrid.holidays: has no holidays")
    assert 'holidays = { country = "ES" }' in told
    (told,) = warned(tmp_path, LAWFUL.replace('[promises.normal]\ncalendar = "madrid"', "[promises.normal]"))
    assert told.startswith("promises.normal.calendar: is not set")


def test_a_pack_of_one_country_with_the_holidays_of_another_is_warned_about(tmp_path: Path) -> None:
    (told,) = warned(tmp_path, LAWFUL.replace("es-consumidores", "pe-libro-reclamaciones"))
    assert "is of PE, and its days are counted by the holidays of ES" in told


def test_an_old_review_is_told(tmp_path: Path) -> None:
    assert warned(tmp_path, LAWFUL, on=date(2027, 11, 21)) == []
    (told,) = warned(tmp_path, LAWFUL, on=date(2027, 11, 23))
    assert "last reviewed on 2026-11-21" in told


def test_who_must_name_bodies_is_asked_for_them(tmp_path: Path) -> None:
    text = LAWFUL.replace("es-consumidores", "es-ley-10-2025")
    (told,) = warned(tmp_path, text)
    assert told.startswith("promises.normal.bodies: is not set")
    assert "art. 13.7" in told
    assert warned(tmp_path, text + 'bodies = "Junta Arbitral, www.example.org"\n') == []
    (told,) = warned(tmp_path, GOOD + 'bodies = "Junta Arbitral"\n')
    assert "without a `pack`" in told


def test_a_pack_for_every_case_belongs_to_a_promise_of_its_own(tmp_path: Path) -> None:
    text = LAWFUL.replace("es-consumidores", "eu-gdpr-dsar") + 'bodies = "AEPD"\n'
    (told,) = warned(tmp_path, text)
    assert "holds for every case" in told
    own = (
        '[promises.rgpd]\napplies_to = { tag = "rgpd" }\ncalendar = "madrid"\npack = "eu-gdpr-dsar"\nbodies = "AEPD"\n'
    )
    assert warned(tmp_path, f"{LAWFUL}\n{own}") == []


OFF = 'team = "atencion"\nacknowledge = { enabled = false }\naddress'


def test_the_receipt_cannot_be_turned_off_under_a_pack_that_forbids_it(tmp_path: Path) -> None:
    (told,) = said(problems_of(write(tmp_path, LAWFUL.replace('team = "atencion"\naddress', OFF))))
    assert told.startswith(
        'channels.soporte.acknowledge.enabled: promise "normal" has the pack "es-consumidores", which forbids this (art. 21.2)'
    )
    assert problems_of(write(tmp_path, GOOD.replace('team = "atencion"\naddress', OFF))) == ()


@pytest.mark.parametrize(
    ("applies_to", "refused"),
    [
        ('applies_to = { kind = "claim" }', True),
        ('applies_to = { channel = "soporte", kind = "claim" }', True),
        ('applies_to = { channel = "in_person" }', False),
    ],
)
def test_only_channels_whose_cases_may_have_the_promise_must_give_receipts(
    tmp_path: Path, applies_to: str, refused: bool
) -> None:
    own = f'\n[promises.claims]\n{applies_to}\ncalendar = "madrid"\npack = "es-consumidores"\n'
    text = GOOD.replace('team = "atencion"\naddress', OFF) + own
    assert bool(problems_of(write(tmp_path, text))) is refused


def test_a_rule_may_bring_the_promise_to_a_channel(tmp_path: Path) -> None:
    own = '\n[promises.claims]\ncalendar = "madrid"\npack = "es-consumidores"\n'
    rule = '[[rules]]\nwhen = { text = "queja" }\nthen = { promise = "claims" }\n'
    text = GOOD.replace('team = "atencion"\naddress', OFF) + own
    assert problems_of(write(tmp_path, text)) == ()
    assert len(problems_of(write(tmp_path, text + rule))) == 1
