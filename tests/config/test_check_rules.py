"""`check` names rules that can never do anything, with the rule that leaves them nothing; and only where that is certain."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.expressions import probe_that_is_too_slow
from config.rule_logic import Ground, contradiction, decided_before
from config.rules import Rule
from router.assigning.rules import Facts, apply_rules
from tests.config.toml_files import GOOD, load, problems_of, write

CHAT = '\n[channels.chat]\nkind = "telegram"\nteam = "atencion"\ntoken = { file = "secrets/bot" }\n'


def warned(folder: Path, *rules: str, base: str = GOOD) -> list[str]:
    """What is warned of about these rules, as `key: message`."""
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / "bot").write_text("123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI")
    (folder / "secrets" / "bot").chmod(0o600)
    written = "".join(f"\n[[rules]]\n{rule}\n" for rule in rules)
    warnings = load(write(folder, base + written)).warnings
    return [f"{each.key}: {each.message}" for each in warnings if each.key.startswith("rules")]


TEAM = 'then = { team = "atencion" }'
HIGH = 'then = { priority = "high" }'
USELESS = [
    ("the same again", [f'when = {{ tag = "vip" }}\n{HIGH}'] * 2),
    ("a general rule first", [HIGH, f'when = {{ domain = "example.org" }}\n{HIGH}']),
    ("fewer of a list", [f'when = {{ tag = ["a", "b"] }}\n{HIGH}', f'when = {{ tag = "B" }}\n{HIGH}']),
    ("one address of a domain", [f'when = {{ domain = "a.es" }}\n{HIGH}', f'when = {{ sender = "x@a.es" }}\n{HIGH}']),
    ("a domain of a pattern", [f'when = {{ sender = "*.es" }}\n{HIGH}', f'when = {{ domain = "a.es" }}\n{HIGH}']),
    ("numbers of a country", [f'when = {{ sender = "+34*" }}\n{HIGH}', f'when = {{ sender = "+346*" }}\n{HIGH}']),
    ("the only channel there is", [f'when = {{ channel = "soporte" }}\n{HIGH}', HIGH]),
    ("a country's Spanish", [f'when = {{ language = "es" }}\n{HIGH}', f'when = {{ language = "es-MX" }}\n{HIGH}']),
    (
        "the same expression and more",
        [f'when = {{ text = "x" }}\n{HIGH}', f'when = {{ text = "x", tag = "a" }}\n{HIGH}'],
    ),
    ("a kind that all are of", [f'when = {{ kind = "query" }}\n{HIGH}', f'when = {{ tag = "a" }}\n{HIGH}']),
]
USEFUL = [
    ("a narrower rule first", [f'when = {{ domain = "example.org" }}\n{HIGH}', HIGH]),
    ("one field left", [HIGH, 'then = { priority = "low", kind = "claim" }']),
    ("another address", [f'when = {{ sender = "x@a.es" }}\n{HIGH}', f'when = {{ domain = "a.es" }}\n{HIGH}']),
    ("another expression", [f'when = {{ text = "a" }}\n{HIGH}', f'when = {{ text = "ab" }}\n{HIGH}']),
    ("open and closed", [f"when = {{ open_hours = {each} }}\n{HIGH}" for each in ("true", "false")]),
    (
        "a tag that was not there yet",
        [
            f'when = {{ tag = "x" }}\n{HIGH}',
            'when = { text = "a" }\nthen = { tags = "x" }',
            f'when = {{ tag = "x" }}\n{HIGH}',
        ],
    ),
    (
        "a kind that was not there yet",
        [f'when = {{ kind = "claim" }}\n{TEAM}', 'then = { kind = "claim" }', f'when = {{ kind = "claim" }}\n{TEAM}'],
    ),
]


@pytest.mark.parametrize(("rules"), [rules for _, rules in USELESS], ids=[name for name, _ in USELESS])
def test_a_rule_that_an_earlier_one_leaves_nothing_is_named_with_it(tmp_path: Path, rules: list[str]) -> None:
    line = GOOD.count("\n") + 2

    (message,) = warned(tmp_path, *rules)

    assert message.startswith("rules[2]: can never decide anything: ")
    assert f"rule 1 (ventanilla.toml:{line}) matches all that it does and decides `priority`" in message


@pytest.mark.parametrize(("rules"), [rules for _, rules in USEFUL], ids=[name for name, _ in USEFUL])
def test_a_rule_that_may_still_do_something_is_not_named(tmp_path: Path, rules: list[str]) -> None:
    named = [message for message in warned(tmp_path, *rules) if f"rules[{len(rules)}]" in message]

    assert named == []


def test_two_rules_together_may_leave_nothing(tmp_path: Path) -> None:
    rules = (HIGH, 'when = { tag = "a" }\nthen = { kind = "claim" }')

    (message,) = warned(tmp_path, *rules, 'when = { tag = "a" }\nthen = { kind = "query", priority = "low" }')

    assert "rule 1 (" in message
    assert "rule 2 (" in message


CONTRADICTIONS = [
    ('sender = "ana@a.es", domain = "b.es"', "domain", "no `sender` of this rule is at such a domain"),
    ('sender = ["+34*", "*@a.*"], domain = "*.com.mx"', None, ""),
    ('channel = "chat", subject = "factura"', "subject", "chat, SMS and calls have no subject"),
    ('channel = "chat", subject = "^$"', None, ""),
    ('channel = ["chat", "soporte"], subject = "factura"', None, ""),
    ('channel = "chat", domain = "a.es"', "domain", "who writes by Telegram has a number and no domain"),
    ('channel = "chat", sender = "*@a.es"', "sender", "who writes by Telegram has a number for an address"),
    ('channel = "chat", sender = ["12*", "*@a.es"]', None, ""),
    ('kind = "claim"', "kind", "at this place every case is a query: only rules above can make it another"),
    ('kind = ["claim", "query"]', None, ""),
    ("open_hours = false", None, ""),
]


@pytest.mark.parametrize(("when", "condition", "why"), CONTRADICTIONS)
def test_conditions_that_exclude_each_other_are_named(
    tmp_path: Path, when: str, condition: str | None, why: str
) -> None:
    expected = [f"rules[1].when.{condition}: this rule can never match: {why}"] if condition else []

    assert warned(tmp_path, f"when = {{ {when} }}\n{HIGH}", base=GOOD + CHAT) == expected


def test_where_the_default_promise_has_no_calendar_it_is_never_closed(tmp_path: Path) -> None:
    base = GOOD.replace('[promises.normal]\ncalendar = "madrid"', "[promises.normal]")

    (message,) = warned(tmp_path, f"when = {{ open_hours = false }}\n{HIGH}", base=base)

    assert message.startswith(
        "rules[1].when.open_hours: this rule can never match: the default promise has no `calendar`"
    )


def test_a_kind_that_an_earlier_rule_gives_to_all_leaves_no_other(tmp_path: Path) -> None:
    rules = (
        'then = { kind = "claim" }',
        f'when = {{ kind = "query" }}\n{TEAM}',
        f'when = {{ kind = "claim" }}\n{TEAM}',
    )

    (message,) = warned(tmp_path, *rules)

    assert message.startswith("rules[2].when.kind: this rule can never match: at this place every case is a claim")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("then = { tags = [] }", "rules[1].then: decides nothing: what it names is empty"),
        (
            'when = { sender = "+34" }\nthen = { priority = "high" }',
            'rules[1].when.sender: no number is "+34"; "+34*" is each that begins so',
        ),
        (
            'when = { language = "sp" }\nthen = { priority = "high" }',
            'rules[1].when.language: no language has the code "sp"; known here: ca, en, es, eu, gl',
        ),
        (
            'then = { skills = "gas" }',
            'rules[1].then.skills: nobody in a team has "gas" among their `skills`: the duty list will hold such cases',
        ),
        (
            'then = { languages = ["de"] }',
            'rules[1].then.languages: nobody in a team has "de" among their `languages`: the duty list will hold such cases',
        ),
    ],
)
def test_what_makes_no_sense_in_one_rule_is_told(tmp_path: Path, rule: str, expected: str) -> None:
    assert warned(tmp_path, rule) == [expected]


def test_what_somebody_has_is_demanded_without_a_word(tmp_path: Path) -> None:
    base = GOOD.replace("[agents.luis]\n", '[agents.luis]\nskills = ["gas"]\nlanguages = ["de-AT", "fr"]\n')

    assert (
        warned(
            tmp_path, 'when = { language = "fr" }\nthen = { skills = "gas", languages = ["de", "fr-BE"] }', base=base
        )
        == []
    )


def test_a_rule_that_decides_nothing_at_all_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, GOOD + "\n[[rules]]\nthen = {}\n"))

    assert problem.message.startswith("decides nothing")


def test_an_expression_that_takes_too_long_is_warned_about_with_its_line(tmp_path: Path) -> None:
    line = GOOD.count("\n") + 3
    path = write(tmp_path, f"{GOOD}\n[[rules]]\nwhen = {{ text = '^(\\w|\\w\\w)+$' }}\n{HIGH}\n")

    (warning,) = [each for each in load(path).warnings if each.key.startswith("rules")]

    assert (warning.key, warning.line) == ("rules[1].when.text", line)
    assert warning.message.startswith("takes more than 0.2 s over a text such as ")


@pytest.mark.parametrize("pattern", [r"^(a|aa)+$", r"^(\w|\w\w)+$", r"(?i)^(\s|\s\s)*$", r"^(?:pedido|pedidopedido)+$"])
def test_what_doubles_with_each_letter_is_found(pattern: str) -> None:
    assert probe_that_is_too_slow(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "(?i)factura|invoice|recibo",
        r"(?i)\bpedido\s+n[ºo]?\s*\d{4,}",
        ".*urgente.*",
        r"^(re|fwd?|rv):\s*",
        r"[\w.+-]+@[\w-]+\.[\w.]+",
        r"\b\d{1,2}/\d{1,2}/\d{2,4}\b",
        r"(?is)no.{0,200}funciona",
        r"\s+$",
        "(.*)pedido(.*)roto",
    ],
)
def test_an_ordinary_expression_is_quick_to_try_and_not_warned_about(pattern: str) -> None:
    start = time.process_time()

    assert probe_that_is_too_slow(pattern) is None
    assert time.process_time() - start < 3


def test_a_command_that_only_looks_tries_no_expression(tmp_path: Path) -> None:
    from config.load import load_config

    path = write(tmp_path, f"{GOOD}\n[[rules]]\nwhen = {{ text = '^(\\w|\\w\\w)+$' }}\n{HIGH}\n")

    assert [each for each in load_config(path, thorough=False).warnings if each.key.startswith("rules")] == []


# Against every message there is in a small world

GROUND = Ground(kinds={"mail": "email", "chat": "telegram"}, always_open=False)
ADDRESSES = {"mail": ["ana@a.es", "luis@b.es", "ana@x.a.es"], "chat": ["12", "34"]}
WORLD = [
    Facts(
        channel=channel,
        sender=sender,
        subject=subject,
        text=text,
        language=language,
        tags=frozenset(tags),
        is_open=open_,
    )
    for channel in GROUND.kinds
    for sender in ADDRESSES[channel]
    for subject in (("x", "") if channel == "mail" else ("",))
    for text in ("", "y")
    for language in ("es", "es-MX", "en")
    for tags in ((), ("a",), ("b",))
    for open_ in (True, False)
]
KINDS = ("query", "claim", "request")


def _some(*values: Any) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


WHENS = st.fixed_dictionaries(
    {},
    optional={
        "channel": _some("mail", "chat"),
        "sender": _some("ana@a.es", "*@a.es", "ana@*", "*", "12", "1*", "*.es"),
        "domain": _some("a.es", "b.es", "*.es", "*.a.es", "*"),
        "subject": st.sampled_from(["x", "xy", "^$", "x*"]),
        "text": st.sampled_from(["y", "^$"]),
        "language": _some("es", "es-MX", "en", "fr"),
        "tag": _some("a", "b", "B"),
        "kind": _some(*KINDS),
        "open_hours": st.booleans(),
    },
)
THENS = st.fixed_dictionaries(
    {},
    optional={
        "team": st.just("t"),
        "kind": st.sampled_from(KINDS),
        "tags": _some("a", "b"),
        "priority": st.just("low"),
    },
)


def _rules(value: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[Rule]:
    few = [({key: when[key] for key in itertools.islice(when, 3)}, then) for when, then in value]
    return [Rule.model_validate({"when": when, "then": then}) for when, then in few]


def _decisions(rules: list[Rule]) -> list[tuple[Any, ...]]:
    told = (apply_rules(rules, facts) for facts in WORLD)
    return [(one.team, one.kind, one.tags, one.priority) for one in told]


SEVERAL = st.lists(st.tuples(WHENS, THENS), min_size=1, max_size=4).map(_rules)


@settings(max_examples=150, deadline=None)
@given(SEVERAL)
def test_what_is_said_never_to_match_matches_no_message_of_a_small_world(rules: list[Rule]) -> None:
    excluded = {place + 1 for place in range(len(rules)) if contradiction(rules, place, GROUND)}

    assert not excluded or not any(excluded & set(apply_rules(rules, facts).rules) for facts in WORLD)


def test_a_small_world_has_rules_of_both_sorts() -> None:
    broad, narrow = Rule.model_validate({"then": {"team": "t"}}), {"domain": ["a.es"], "tag": ["a"]}
    rules = [broad, Rule.model_validate({"when": narrow, "then": {"team": "u"}})]
    rules.append(Rule.model_validate({"when": narrow | {"sender": "12"}, "then": {"kind": "claim"}}))

    assert decided_before(rules, 1, GROUND) == {"team": 0}
    assert contradiction(rules, 2, GROUND) is not None


@settings(max_examples=150, deadline=None)
@given(SEVERAL)
def test_what_is_said_to_decide_nothing_can_be_left_out_of_a_small_world(rules: list[Rule]) -> None:
    useless = [place for place in range(len(rules)) if decided_before(rules, place, GROUND)]

    for place in useless:
        assert _decisions(rules[:place] + rules[place + 1 :]) == _decisions(rules)
