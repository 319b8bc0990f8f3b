"""`explain`: every decision with what was considered, how messages found the case, who was told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.load import load_config
from reports.explaining.whole import VERDICTS
from router.assigning.line import drain_line
from router.assigning.policy import Candidate, Need, choose_agent
from router.service import Router
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town, build_town
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.outbox import change_letters
from ventanilla.words import DeliveryState, EventKind
from worker import build_router


def test_the_decision_is_told_with_everybody_who_was_considered(either_town: Town, ask: Ask, read: Read) -> None:
    either_town.write("lucia@client.example")
    key = ask(either_town, "conversations")[0]["key"]

    told = ask(either_town, "explain", key)
    page = read(either_town, "explain", key.lower())

    assert (told["key"], told["owner"], told["state"]) == (key, "ana", "open")
    (decision,) = told["assignments"]
    assert decision["reason"] == "balanced"
    assert decision["why"] == "had the fewest cases for their capacity"
    assert decision["actor"] == "router"
    assert decision["config_version"] == 1
    assert decision["candidates"] == 3
    assert [(one["agent"], one["verdict"], one["why"]) for one in decision["considered"]] == [
        ("ana", "chosen", "chosen"),
        ("luis", "by_name", "equal in all; the name decided"),
        ("marta", "not_in_team", "not in the team"),
    ]
    assert "1. ana, from" in page
    assert "had the fewest cases for their capacity" in page
    assert "not in the team" in page


def test_a_hand_over_from_the_line_is_the_second_decision(town: Town, ask: Ask, read: Read) -> None:
    # given more cases than there is room for
    for number in range(7):
        town.write(f"c{number}@client.example")
    key = ask(town, "conversations")[0]["key"]
    assert "it waits in line until somebody has room" in read(town, "explain", key)

    # when somebody has room again
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE agents SET capacity = 9 WHERE name = 'luis'")
    drain_line(town.store, town.house, Journal(now=datetime.now(UTC), actor="sweeper"))

    # then both decisions are there, the first with its end
    first, second = ask(town, "explain", key)["assignments"]
    assert (first["agent"], first["why"]) == ("marta", "nobody else could: on the duty list")
    assert (second["agent"], second["actor"]) == ("luis", "sweeper")
    assert second["released_at"] is None
    assert first["released_at"] is not None
    told = read(town, "explain", key)
    assert "until now" in told
    assert "released: had the fewest" not in told, "why the next one was chosen is not why this one was released"


def test_the_rules_that_had_a_say_are_named(sqlite_store: Store, tmp_path: Path, ask: Ask, read: Read) -> None:
    rule = '[[rules]]\nwhen = {{ subject = "{0}" }}\nthen = {{ agent = "luis", tags = ["{0}"] }}\n'
    town = build_town(sqlite_store, tmp_path, more=rule.format("factura") + rule.format("pedido"))
    town.write("lucia@client.example", subject="un pedido")
    (case,) = ask(town, "conversations")

    (decision,) = ask(town, "explain", case["key"])["assignments"]

    assert (case["tags"], case["owner"], decision["reason"]) == (["pedido"], "luis", "rule")
    assert decision["decision"]["rules"] == [2]
    line = _line_of(town, "[[rules]]", nth=2)
    assert decision["rules"] == [
        {
            "number": 2,
            "at": f"ventanilla.toml:{line}",
            "at_now": f"ventanilla.toml:{line}",
            "decided": {"agent": "luis", "tags": ["pedido"]},
            "too_slow": False,
        }
    ]
    page = read(town, "explain", case["key"])
    assert f"rule 2 (ventanilla.toml:{line}) decided agent luis, tags pedido" in page


def test_a_rule_that_moved_or_changed_since_is_told_as_it_was_then(
    sqlite_store: Store, tmp_path: Path, ask: Ask, read: Read
) -> None:
    rule = '[[rules]]\nwhen = {{ subject = "pedido" }}\nthen = {{ {0} }}\n'
    rules = (
        rule.format('agent = "luis"') + rule.format('priority = "high", agent = "ana"') + rule.format('agent = "ana"')
    )
    town = build_town(sqlite_store, tmp_path, more=rules)
    town.write("lucia@client.example", subject="un pedido")
    key = ask(town, "conversations")[0]["key"]
    lines = [_line_of(town, "[[rules]]", nth=number) for number in (1, 2, 3)]

    # when the file gets one more line at its top, and its second rule other words
    text = town.config.read_text(encoding="utf-8")
    town.config.write_text("# mine\n" + text.replace('"high"', '"low"'), encoding="utf-8")
    page = read(town, "explain", key)
    (decision,) = ask(town, "explain", key)["assignments"]

    # then each is told with the line it had, and what became of it
    assert f"rule 1 (ventanilla.toml:{lines[0]} then, ventanilla.toml:{lines[0] + 1} now) decided agent luis" in page
    assert f"rule 2 (ventanilla.toml:{lines[1]} then; changed or taken out since) decided priority high" in page
    assert f"ventanilla.toml:{lines[2] + 1} now) matched; what it would decide was decided" in page
    assert [one["at_now"] for one in decision["rules"]][1] is None


def test_a_rule_whose_expression_took_too_long_is_named(
    sqlite_store: Store, tmp_path: Path, ask: Ask, read: Read
) -> None:
    more = "[[rules]]\nwhen = {{ text = '^(a|aa)+$' }}\nthen = {{ priority = \"high\" }}\n".format()
    town = build_town(sqlite_store, tmp_path, more=more)
    town.write("lucia@client.example", text="a" * 80 + "!")
    key = ask(town, "conversations")[0]["key"]

    (decision,) = ask(town, "explain", key)["assignments"]

    assert [(one["number"], one["too_slow"], one["decided"]) for one in decision["rules"]] == [(1, True, {})]
    assert "took too long and did not count" in read(town, "explain", key)


def test_rules_of_an_included_file_are_named_with_it(sqlite_store: Store, tmp_path: Path, ask: Ask) -> None:
    town = build_town(sqlite_store, tmp_path)
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "vip.toml").write_text('\n\n[[rules]]\nthen = { priority = "high" }\n', encoding="utf-8")
    town.config.write_text('include = ["rules.d/*.toml"]\n' + town.config.read_text(encoding="utf-8"), encoding="utf-8")
    assert town.run("reload") == 0
    reopened = build_router(load_config(town.config).config, town.store)
    town.router = Router(store=town.store, house=reopened.house, readers=town.router.readers, clock=town.router.clock)
    town.write("lucia@client.example")

    (decision,) = ask(town, "explain", ask(town, "conversations")[0]["key"])["assignments"]

    assert [one["at"] for one in decision["rules"]] == ["rules.d/vip.toml:3"]


def _line_of(town: Town, text: str, *, nth: int) -> int:
    lines = town.config.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, start=1) if line == text][nth - 1]


def test_a_receipt_that_was_written_is_told_with_its_state(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")
    key = ask(town, "conversations")[0]["key"]

    receipt = ask(town, "explain", key)["acknowledgement"]

    assert (receipt["state"], receipt["recipient"], receipt["sent_at"]) == ("pending", "lucia@client.example", None)
    assert "receipt to lucia@client.example: pending" in read(town, "explain", key)


def test_a_receipt_that_was_withheld_is_told_with_the_reason(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example", ago=timedelta(days=2))
    key = ask(town, "conversations")[0]["key"]

    receipt = ask(town, "explain", key)["acknowledgement"]

    assert receipt["state"] == "withheld"
    assert receipt["reason"] == "the message is older than acknowledge.max_age"
    assert "receipt: withheld (the message is older than acknowledge.max_age)" in read(town, "explain", key)


def test_in_observe_nobody_is_told_and_the_reason_stands(sqlite_store: Store, tmp_path: Path, ask: Ask) -> None:
    town = build_town(sqlite_store, tmp_path, mode="observe")
    town.write("lucia@client.example")

    told = ask(town, "explain", ask(town, "conversations")[0]["key"])

    assert [(one["state"], one["reason"]) for one in told["notices"]] == [("dropped", "channel soporte only observes")]
    assert told["acknowledgement"]["reason"] == "channel soporte only observes"


def test_a_notice_that_failed_and_was_escalated_is_told(town: Town, ask: Ask, read: Read) -> None:
    town.write("lucia@client.example")
    key = ask(town, "conversations")[0]["key"]
    with town.store.write() as connection:
        change_letters(
            connection, [1], (DeliveryState.PENDING,), state=DeliveryState.FAILED, reason="550 no such mailbox"
        )
        journal = Journal(now=town.now, actor="delivery")
        journal.add(EventKind.NOTICE_ESCALATED, conversation_id=1, assignment_number=1, data={"to": ["marta"]})
        journal.flush(connection)

    told = ask(town, "explain", key)
    page = read(town, "explain", key)

    assert [(one["agent"], one["state"], one["reason"]) for one in told["notices"]] == [
        ("ana", "failed", "550 no such mailbox")
    ]
    assert told["escalations"][0]["to"] == ["marta"]
    assert "escalated to marta" in page


def test_how_each_message_found_the_case_is_told(town: Town, ask: Ask) -> None:
    town.write("lucia@client.example")
    town.write("lucia@client.example", answers="<m1@client>")
    town.write("stranger@client.example", answers="<m1@client>")
    stranger, case = (one["key"] for one in ask(town, "conversations"))

    told = ask(town, "explain", case)

    assert [message["inbox_id"] for message in told["messages"]] == [1, 2]
    assert told["messages"][0]["how"] == "opened the case"
    assert told["links"] == [{"key": stranger, "reason": "answers a known message, but the sender takes no part in it"}]


def test_every_verdict_of_the_policy_has_its_words() -> None:
    now = datetime.now(UTC)
    people = [
        Candidate(agent="a", on_duty=True, in_team=True, load=0, capacity=9),
        Candidate(agent="b", on_duty=True, in_team=True, load=1, capacity=9),
        Candidate(agent="c", on_duty=False, in_team=True, load=0, capacity=9),
        Candidate(agent="d", on_duty=True, in_team=False, load=0, capacity=9),
        Candidate(agent="e", on_duty=True, in_team=True, load=9, capacity=9),
        Candidate(agent="f", on_duty=True, in_team=True, load=0, capacity=9, last_assigned_at=now),
    ]
    verdicts = {
        one.verdict for one in choose_agent(people, Need(), strategy="balanced", duty=["a"], now=now).considered
    }

    assert len(verdicts) == 6
    assert verdicts <= set(VERDICTS)


def test_a_key_that_no_case_has_is_refused(town: Town, read: Read) -> None:
    assert "there is no case 222-222-222" in read(town, "explain", "222-222-222", code=2)
