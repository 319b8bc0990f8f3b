"""The screen: whole at every size, with what a person wants to see, and nothing that a customer could do to the terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from demo.cells import clean, clock, fitted
from demo.feed import as_sentence
from demo.frame import Stage, frame
from demo.snapshot import AgentNow, ChannelNow, Happening, Snapshot, Waiting, What
from demo.words import Words

NOW = datetime(2026, 11, 21, 21, 0, 42, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
SIZES = [(80, 24), (120, 40), (200, 60), (100, 30), (60, 20), (40, 12), (20, 5)]


def happening(ago: float, what: What, **values: object) -> Happening:
    if values.get("channel") == "correo":
        values["medium"] = "email"
    return Happening(at=NOW - timedelta(seconds=ago), what=what, **values)  # type: ignore[arg-type]


HAPPENINGS = (
    happening(
        40, What.NEW_CASE, channel="correo", who="Lucía Ejemplo", subject="Una llave", owner="Ana", reason="balanced"
    ),
    happening(35, What.SCREENED, channel="correo", who="Novedades Ficticias", subject="Ofertas", reason="list"),
    happening(33, What.CONTINUED, channel="correo", who="Lucía Ejemplo", subject="Re: Una llave", owner="Ana"),
    happening(30, What.LEFT, who="Luis"),
    happening(28, What.HANDED_ON, who="Carla", subject="Copia", owner="Ana", before="Luis", reason="owner_off_duty"),
    happening(26, What.QUARANTINED, channel="correo"),
    happening(
        24,
        What.NEW_CASE,
        channel="correo",
        who="Nuria Prueba",
        subject="Pintura",
        owner="Marta",
        reason="duty_present",
        in_line=True,
    ),
    happening(20, What.CAME, who="Owen"),
    happening(12, What.DUPLICATE, channel="correo", who="Peter Sample", subject="Invoice"),
)


def waiting(case: str, *, since: float, due_in: float, in_line: bool = False, owner: str = "Ana") -> Waiting:
    return Waiting(
        case=case,
        who="Nuria Prueba",
        subject="Pintura para exterior",
        owner=owner,
        since=NOW - timedelta(seconds=since),
        due_at=NOW + timedelta(seconds=due_in),
        in_line=in_line,
    )


def snapshot(happenings: Sequence[Happening] = HAPPENINGS, *, troubles: Sequence[str] = ()) -> Snapshot:
    return Snapshot(
        now=NOW,
        began=NOW - timedelta(seconds=42),
        posted=10,
        happenings=happenings,
        agents=(
            AgentNow(name="Ana", load=4, capacity=3, on_duty=True),
            AgentNow(name="Luis", load=0, capacity=3, on_duty=False),
            AgentNow(name="Marta", load=2, capacity=8, on_duty=True, in_line=1),
        ),
        waiting=(
            waiting("AAA-AAA-AAA", since=150, due_in=-30, in_line=True, owner="Marta"),
            waiting("BBB-BBB-BBB", since=40, due_in=80),
        ),
        line=1,
        cases=2,
        inbox={"routed": 6, "screened": 1, "duplicate": 1, "quarantined": 1},
        screened={"list": 1},
        media={"email": 5, "telegram": 2, "whatsapp": 1, "sms": 1, "mms": 1, "call": 1, "voicemail": 2},
        files=3,
        linked=2,
        sent={"notice": 3, "acknowledgement": 2},
        on_their_way=1,
        delays=(0.2, 0.3, 0.6),
        own_delays=(0.04,),
        channels=(ChannelNow(name="correo", last_pull_at=NOW),),
        troubles=troubles,
    )


def stage(language: str = "es", closer: str = "ventanilla show {key} --config var/demo/ventanilla.toml") -> Stage:
    return Stage(house="Ferretería Sol", zone=MADRID, words=Words(language), closer=closer)


def drawn(lines: Sequence[Text], width: int) -> str:
    console = Console(file=io.StringIO(), width=width, height=100, record=True, force_terminal=True, color_system=None)
    console.print(Text("\n", no_wrap=True, overflow="crop").join(lines))
    return console.export_text()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_line_fits_and_there_are_as_many_as_the_terminal_has(width: int, height: int, language: str) -> None:
    lines = frame(snapshot(), stage(language), width=width, height=height)

    assert len(lines) == height
    if width >= 40:
        assert {line.cell_len for line in lines} == {width}
        assert len(drawn(lines, width).splitlines()) == height


@pytest.mark.parametrize(("width", "height", "mark"), [(80, 24, "@"), (120, 40, "correo")])
def test_it_shows_who_wrote_what_who_got_it_and_why(width: int, height: int, mark: str) -> None:
    text = drawn(frame(snapshot(), stage(), width=width, height=height), width)
    lines = text.splitlines()

    def line_with(words: str) -> str:
        return next(line for line in lines if words in line)

    assert "0:42 · ● correo al día" in lines[0]
    assert line_with("22:00:09 ").split()[:6] == ["22:00:09", mark, "Lucía", "Ejemplo", "Re:", "Una"]
    assert "→ Ana" in line_with("22:00:09 ")
    assert ("mismo caso" in line_with("22:00:09 ")) or ("sigue el mismo caso" in line_with("22:00:09 "))
    assert "Luis no está" in line_with("22:00:14 ")
    assert "sale de turno" in line_with("22:00:12 ")
    assert "ilegible" in line_with("22:00:16 ")
    assert "→ Marta" in line_with("22:00:18 ")
    assert "● Ana " in text
    assert "4/3" in line_with("● Ana ")
    assert "fuera" in line_with("○ Luis ")
    assert "En cola: 1" in text
    assert "Entrados 9 de 10 · con responsable 6 · repetidos 1 · ilegibles 1" in text
    assert "Correo 5 · Telegram 2 · WhatsApp 1 · SMS 2 · llamadas 3 · 3 archivos" in text
    assert ("plantilla enlazada 2" in text) is (width == 120)
    assert "Apartados 1: boletín 1" in text
    assert "2 casos · 3 avisos a la plantilla · 2 acuses de recibo · 1 en camino" in text
    assert "0,30 s" in text
    assert "0,60 s" in text
    assert "ventanilla show AAA-AAA-AAA --config var/demo/ventanilla.toml" in lines[-1]


def test_the_waiting_line_comes_first_with_its_times_running_and_what_is_late_below_zero() -> None:
    lines = drawn(frame(snapshot(), stage("en"), width=80, height=24), 80).splitlines()
    rows = [line.partition("│")[2].split() for line in lines if "│" in line]

    assert rows[1][0] == "AAA-AAA-AAA"
    assert rows[1][-3:] == ["2:30", "-0:30", "Marta"]
    assert rows[2][-3:] == ["0:40", "1:20", "Ana"]


def test_a_command_too_long_for_a_line_is_folded_and_not_cut() -> None:
    long = "/a/long/way/to/.venv/bin/ventanilla show {key} --config /somewhere/deep/below/var/demo/ventanilla.toml"

    lines = frame(snapshot(), stage(closer=long), width=80, height=24)

    assert len(lines) == 24
    assert "".join(line.plain for line in lines[-2:]).split() == long.format(key="AAA-AAA-AAA").split()


def test_what_went_wrong_is_on_the_screen() -> None:
    lines = frame(snapshot(troubles=("route: starting, exit -9, 1×",)), stage(), width=80, height=24)

    assert len(lines) == 24
    assert any(line.plain.startswith("! route: starting, exit -9") for line in lines)


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (ChannelNow(name="correo", last_pull_at=None), "opening…"),
        (ChannelNow(name="correo", last_pull_at=NOW - timedelta(seconds=75)), "correo not looked at for 1:15"),
        (ChannelNow(name="correo", last_pull_at=NOW, problem="password refused"), "correo paused: password refused"),
    ],
)
def test_a_channels_health_is_in_the_first_line(channel: ChannelNow, words: str) -> None:
    lines = frame(replace(snapshot(), channels=(channel,)), stage("en"), width=100, height=24)

    assert words in lines[0].plain


NASTY = "\x1b[2J\x1b]0;owned\x07 Pepe\u202egpj.exe\r\n\tquien\x00"


def test_nothing_that_a_customer_writes_reaches_the_terminal_as_a_command() -> None:
    nasty = happening(1, What.NEW_CASE, channel="correo", who=NASTY, subject=NASTY, owner="Ana", reason="balanced")

    text = "\n".join(line.plain for line in frame(snapshot([nasty]), stage(), width=120, height=40))
    sentence = as_sentence(nasty, Words("en"), MADRID)

    for told in (text.replace("\n", ""), sentence):
        assert all(each.isprintable() for each in told)
        assert "\u202e" not in told
    assert len(sentence.splitlines()) == 1


def test_a_sentence_has_all_of_it() -> None:
    told = [as_sentence(each, Words("en"), MADRID) for each in HAPPENINGS]

    assert told[0] == "22:00:02 correo Lucía Ejemplo: Una llave → Ana (had the fewest cases for their capacity)"
    assert told[1] == "22:00:07 correo Novedades Ficticias: Ofertas × (screened: newsletter)"
    assert told[3] == "22:00:12 Luis goes off duty: others take what was theirs"
    assert told[4] == "22:00:14 Carla: Copia → Ana (Luis is away: passed on to somebody else)"
    assert told[5] == "22:00:16 correo (no sender): (no subject) × (unreadable: in quarantine)"


BY_PHONE = (
    happening(40, What.NEW_CASE, channel="chat", medium="telegram", who="Alba", subject="¿Hay?", owner="Ana"),
    happening(38, What.EDITED, channel="chat", medium="telegram", who="Alba", subject="¿Hay más?", owner="Ana"),
    happening(36, What.CONTINUED, channel="telefono", medium="whatsapp", who="Rosa", subject="Hola", owner="Ana"),
    happening(34, What.NEW_CASE, channel="telefono", medium="voicemail", who="Tomás", subject="Voz", owner="Ana"),
    happening(32, What.SUGGESTED, who="Tomás T.", before="Tomás"),
    happening(30, What.LINKED, who="Luis"),
    happening(28, What.CONTINUED, channel="chat", medium="telegram", who="Olivia", owner="Ana", file="photo-2.jpg"),
    happening(26, What.SCREENED, channel="telefono", medium="call", reason="service"),
)


@pytest.mark.parametrize(
    ("width", "marks"), [(80, ["tg", "tg", "wa", "tel"]), (120, ["Telegram", "Telegram", "WhatsApp", "voice"])]
)
def test_each_message_shows_how_it_came(width: int, marks: Sequence[str]) -> None:
    lines = drawn(frame(snapshot(BY_PHONE), stage("en"), width=width, height=40), width).splitlines()[2:9]

    assert [line.split()[1] for line in lines[:4]] == marks
    assert "correct" in lines[1]
    assert "may be the same person as Tomás" in lines[4]
    assert "gets notices by Telegram" in lines[5]
    assert "photo-2.jpg]" in lines[6] or "[jpg]" in lines[6]


def test_in_a_log_each_line_says_how_it_came() -> None:
    told = [as_sentence(each, Words("en"), MADRID) for each in BY_PHONE]

    assert told[1] == "22:00:04 chat Alba: ¿Hay más? → Ana (corrects what they wrote)"
    assert told[2] == "22:00:06 telefono [WhatsApp] Rosa: Hola → Ana (goes on with the same case)"
    assert told[4] == "22:00:10 Tomás T. may be the same person as Tomás: for somebody to decide"
    assert told[6] == "22:00:14 chat Olivia: [photo-2.jpg] → Ana (goes on with the same case)"
    assert told[7] == "22:00:16 telefono [call] (number withheld): × (screened: nobody behind it)"


def test_where_several_channels_do_not_fit_the_first_line_counts_them() -> None:
    channels = tuple(ChannelNow(name=name, last_pull_at=NOW) for name in ("correo", "chat", "telefono"))

    narrow, wide = (
        frame(replace(snapshot(), channels=channels), stage("en"), width=width, height=24)[0].plain
        for width in (80, 120)
    )

    assert "3 channels up to date" in narrow
    assert "correo, chat, telefono up to date" in wide


def test_wide_characters_take_the_room_they_take() -> None:
    assert [cell_len(fitted("日本語", width)) for width in (3, 4, 5, 6, 9)] == [3, 4, 5, 6, 9]
    assert clean("a\tb\nc") == "a b c"
    assert [clock(seconds) for seconds in (0, 59.9, 61, 3723, -5)] == ["0:00", "0:59", "1:01", "1:02:03", "0:00"]


def test_both_languages_say_everything() -> None:
    from demo import english, spanish

    assert english.PHRASES.keys() == spanish.PHRASES.keys()
    for code, text in english.PHRASES.items():
        fields = {part.partition("}")[0] for part in text.split("{")[1:]}
        other = {part.partition("}")[0] for part in spanish.PHRASES[code].split("{")[1:]}
        assert fields == other, code


def test_where_the_desk_is_stands_whole_where_there_is_room_for_it_or_not_at_all() -> None:
    link = "El escritorio: http://127.0.0.1:40000/welcome/" + "x" * 32
    with_desk = replace(stage(), desk=link)

    shown = {size: drawn(frame(snapshot(), with_desk, width=size[0], height=size[1]), size[0]) for size in SIZES}

    assert {size for size, text in shown.items() if link in text} == {(80, 24), (120, 40), (200, 60), (100, 30)}
    assert not any("/welcome/" in text for size, text in shown.items() if size[0] < len(link))
