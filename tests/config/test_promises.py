"""For which cases a promise is meant: what the file may say, and what `check` says of a promise that can never be a case's."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.compare import differences
from tests.config.toml_files import GOOD, load, problems_of, said, write

CHAT = '\n[channels.chat]\nkind = "telegram"\nteam = "atencion"\ntoken = { file = "secrets/soporte" }\n'
QUICK = 'first_response = { within = "10m" }'


def promise(name: str, *lines: str) -> str:
    return "\n".join([f"\n[promises.{name}]", *(lines or [QUICK]), ""])


def warned(folder: Path, text: str) -> list[str]:
    return [one for one in said(load(write(folder, GOOD + text)).warnings) if one.startswith("promises")]


def test_what_a_promise_is_meant_for_may_be_a_name_or_a_list(tmp_path: Path) -> None:
    text = promise("chats", QUICK, 'applies_to = { channel = "soporte", kind = ["claim", "complaint"], tag = "vip" }')

    found = load(write(tmp_path, GOOD + text)).config.promises["chats"].applies_to

    assert found is not None
    assert found.named() == {"channel": ("soporte",), "kind": ("claim", "complaint"), "tag": ("vip",)}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            'applies_to = { channel = "chatt" }',
            'promises.quick.applies_to.channel: unknown channel "chatt"; did you mean "chat"?',
        ),
        (
            'applies_to = { team = ["atencion", "ventas"] }',
            'promises.quick.applies_to.team[2]: unknown team "ventas"; known here: atencion',
        ),
        (
            'applies_to = { kind = "quarrel" }',
            'promises.quick.applies_to.kind: expected "query", "request", "complaint", "claim" or "suggestion", got "quarrel"',
        ),
        (
            'applies_to = { chanel = "chat" }',
            "promises.quick.applies_to.chanel: unknown key `chanel`; did you mean `channel`?",
        ),
        (
            "applies_to = {}",
            "promises.quick.applies_to: names nothing: set any of `channel`, `team`, `kind`, `priority`, `tag`, or leave it out",
        ),
        ('escalate = ["owner", "owner"]', 'promises.quick.escalate: "owner" is written twice'),
    ],
)
def test_a_mistake_in_it_is_told_with_what_is_allowed(tmp_path: Path, line: str, problem: str) -> None:
    path = write(tmp_path, GOOD + CHAT + promise("quick", QUICK, line))

    assert said(problems_of(path)) == [problem]


def test_what_was_entered_by_hand_is_a_channel_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + promise("counter", QUICK, 'applies_to = { channel = "in_person" }'))

    assert problems_of(path) == ()


NEVER = [
    ("the same again", 'tag = "vip"', 'tag = "VIP"'),
    ("fewer of a list", 'kind = ["claim", "complaint"]', 'kind = "claim"'),
    ("asks more", 'channel = "chat"', 'channel = "chat", priority = "high"'),
    ("every kind there is", 'kind = ["query", "request", "complaint", "claim", "suggestion"]', 'team = "atencion"'),
]


@pytest.mark.parametrize(("first", "second"), [each[1:] for each in NEVER], ids=[each[0] for each in NEVER])
def test_a_promise_that_an_earlier_one_leaves_nothing_is_named(tmp_path: Path, first: str, second: str) -> None:
    text = CHAT + promise("one", QUICK, f"applies_to = {{ {first} }}")
    text += promise("two", QUICK, f"applies_to = {{ {second} }}")

    assert warned(tmp_path, text) == [
        'promises.two.applies_to: never applies: "one" stands before it and takes every case that it is meant for'
    ]


SOMETIMES = [
    ("another channel", 'channel = "chat"', 'channel = "soporte"'),
    ("more of a list", 'kind = "claim"', 'kind = ["claim", "complaint"]'),
    ("asks less", 'channel = "chat", tag = "vip"', 'channel = "chat"'),
]


@pytest.mark.parametrize(("first", "second"), [each[1:] for each in SOMETIMES], ids=[each[0] for each in SOMETIMES])
def test_a_promise_that_some_case_may_have_is_not(tmp_path: Path, first: str, second: str) -> None:
    text = CHAT + promise("one", QUICK, f"applies_to = {{ {first} }}")
    text += promise("two", QUICK, f"applies_to = {{ {second} }}")

    assert warned(tmp_path, text) == []


def test_a_promise_that_nothing_leads_to_is_named_unless_a_rule_does(tmp_path: Path) -> None:
    lonely = promise("vip")
    rule = '\n[[rules]]\nwhen = { tag = "vip" }\nthen = { promise = "vip" }\n'

    why = 'every case that no other promise is meant for has "normal"'
    assert warned(tmp_path, lonely) == [
        f"promises.vip: never applies: it has no `applies_to`, no rule names it, and {why}"
    ]
    assert warned(tmp_path, lonely + rule) == []


def test_a_house_that_warns_nobody_is_told_so(tmp_path: Path) -> None:
    text = promise("quiet", QUICK, 'applies_to = { tag = "x" }', "escalate = []")

    assert warned(tmp_path, text) == [
        'promises.quiet.escalate: is empty: nobody is warned of what is late; leave it out for ["owner", "duty"]'
    ]


def test_another_order_is_a_change(tmp_path: Path) -> None:
    one, two = (promise(name, QUICK, f'applies_to = {{ tag = "{name}" }}') for name in ("one", "two"))
    before = load(write(tmp_path / "a", GOOD + one + two)).config
    after = load(write(tmp_path / "b", GOOD + two + one)).config

    told = [each for each in differences(before, after) if each.startswith("promises")]
    assert told == ["promises: their order becomes normal, two, one"]


@pytest.mark.parametrize(
    ("lines", "warning"),
    [
        (
            ['pack = "es-consumidores"', 'applies_to = { kind = "suggestion" }'],
            'promises.law.pack: "es-consumidores" says nothing of the cases that this promise is meant for (kind "suggestion")',
        ),
        (
            ['pack = "es-consumidores"', 'applies_to = { kind = "claim" }', 'resolution = { within = "16d" }'],
            'promises.law.resolution.within: 16d is longer than the law leaves (pack "es-consumidores"): its day comes first',
        ),
        (['pack = "es-consumidores"', 'applies_to = { kind = "claim" }', 'resolution = { within = "15d" }'], None),
    ],
)
def test_a_promise_that_contradicts_its_pack_is_named(tmp_path: Path, lines: list[str], warning: str | None) -> None:
    text = promise("law", QUICK, 'calendar = "madrid"', *lines)

    found = [one for one in warned(tmp_path, text) if "calendars" not in one]

    assert found == ([warning] if warning else [])
