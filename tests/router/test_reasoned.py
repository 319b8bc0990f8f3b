"""A complaint or a claim under a law ends with an answer, a reason and whether its customer was right; and never by time alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from router.assigning.endings import close_what_is_over
from router.moves.classify import set_kind
from router.moves.merge import merge, unmerge
from router.moves.reasoned import Upheld, names_bodies
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from router.moves.resolve import mark_spam, resolve
from tests.router.chat_house import ChatHouse, letter
from tests.router.moving import acting, case_of, do, go_out, happened
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, notes
from ventanilla.words import EventKind, Kind, Resolution

LAW = """
[promises.reclamaciones]
applies_to = { kind = ["complaint", "claim", "request"] }
calendar = "madrid"
pack = "es-ley-10-2025"
bodies = "Junta Arbitral de Consumo, www.junta.example"
"""
BODIES = "Puede acudir a la JUNTA ARBITRAL de Consumo."


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path, settings={"rest": LAW})


@pytest.fixture
def claim(house: ChatHouse) -> Any:
    house.take("soporte", letter(external_id="<1@c.example>"))
    case = house.rows(conversations)[-1]
    do(house, set_kind, case.key, Kind.CLAIM, as_=case.owner)
    return case_of(house, case.key)


def write(house: ChatHouse, case: Any, text: str = "Le devolvemos el importe.", *, then: str = "") -> int:
    with acting(house, case.owner) as move:
        locked = lock_case(move.connection, case.id)
        return write_reply(move, locked, Answer(text=text, then=then)).outbox_id


def answer(house: ChatHouse, case: Any, text: str = "Le devolvemos el importe.") -> None:
    go_out(house, write(house, case, text))


def end(house: ChatHouse, case: Any, **how: Any) -> Any:
    return do(house, resolve, case.key, as_=case.owner, **{"text": "cobro doble", "upheld": Upheld.YES, **how})


def refused(house: ChatHouse, case: Any, **how: Any) -> str:
    with pytest.raises(Refused) as found:
        end(house, case, **how)
    return found.value.code


def test_it_does_not_end_without_an_answer_whatever_is_said(house: ChatHouse, claim: Any) -> None:
    assert refused(house, claim) == "owed_answer"
    assert refused(house, claim, resolution=Resolution.NO_REPLY_NEEDED) == "owed_answer"
    assert refused(house, claim, resolution=Resolution.UNANSWERED) == "owed_answer"
    assert case_of(house, claim.key).state == "open"


def test_it_does_not_end_without_saying_why_and_whether_the_customer_was_right(house: ChatHouse, claim: Any) -> None:
    answer(house, claim)

    assert refused(house, claim, upheld=None) == "needs_outcome"
    assert refused(house, claim, text=" ") == "needs_reason"
    assert end(house, claim).state == "resolved"
    ended = happened(house, EventKind.CASE_STATE, claim.key)[-1]
    (note,) = house.rows(notes)
    assert ended.data == {
        "from": "waiting_customer",
        "to": "resolved",
        "resolution": "answered",
        "note": note.id,
        "upheld": "yes",
        "law": "es-ley-10-2025",
    }
    assert note.text == "cobro doble"


def test_an_answer_given_before_the_customers_last_message_is_none(house: ChatHouse, claim: Any) -> None:
    answer(house, claim)
    house.later(hours=1)
    again = letter("No es lo que pedí", external_id="<2@c.example>", in_reply_to=("<1@c.example>",))
    house.take("soporte", again)

    assert refused(house, claim) == "owed_answer"


def test_with_an_answer_on_its_way_it_ends_when_that_has_gone_out_and_says_the_same(
    house: ChatHouse, claim: Any
) -> None:
    number = write(house, claim)

    assert end(house, claim, upheld=Upheld.PARTLY, bodies_told=True).waits_for == number
    assert case_of(house, claim.key).state == "open"
    go_out(house, number)

    assert case_of(house, claim.key).state == "resolved"
    data = happened(house, EventKind.CASE_STATE, claim.key)[-1].data
    (note,) = house.rows(notes)
    assert (data["upheld"], data["bodies"], data["note"]) == ("partly", "told_otherwise", note.id)


def test_an_answer_does_not_end_it_by_itself(house: ChatHouse, claim: Any) -> None:
    with pytest.raises(Refused, match="--upheld"):
        write(house, claim, then="resolve")


@pytest.mark.parametrize("upheld", [Upheld.NO, Upheld.PARTLY])
def test_who_is_refused_is_told_where_to_turn(house: ChatHouse, claim: Any, upheld: Upheld) -> None:
    answer(house, claim, "No procede.")

    with pytest.raises(Refused, match="Junta Arbitral de Consumo, www"):
        end(house, claim, upheld=upheld)
    answer(house, claim, f"No procede. {BODIES}")
    assert end(house, claim, upheld=upheld).state == "resolved"


def test_bodies_that_were_told_another_way_are_on_record(house: ChatHouse, claim: Any) -> None:
    answer(house, claim, "No procede.")
    assert end(house, claim, upheld=Upheld.NO, bodies_told=True).state == "resolved"
    assert happened(house, EventKind.CASE_STATE, claim.key)[-1].data["bodies"] == "told_otherwise"


def test_time_alone_ends_nothing(house: ChatHouse, claim: Any) -> None:
    answer(house, claim)
    house.later(days=400)
    journal = Journal(now=house.now, actor="sweeper")

    assert close_what_is_over(house.store, house.router.house, journal) == 0
    assert case_of(house, claim.key).state == "waiting_customer"


def test_a_request_under_a_law_that_sets_nothing_for_it_and_a_query_end_as_ever(house: ChatHouse, claim: Any) -> None:
    do(house, set_kind, claim.key, Kind.REQUEST, as_=claim.owner)
    assert end(house, claim, resolution=Resolution.NO_REPLY_NEEDED, upheld=None, text="").state == "resolved"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("puede ir a la junta arbitral de consumo", True),
        ("Véase WWW.JUNTA.EXAMPLE", True),
        ("puede ir a un juzgado", False),
        ("", False),
    ],
)
def test_bodies_are_named_whatever_their_capitals(text: str, named: bool) -> None:
    assert names_bodies(text, "Junta Arbitral de Consumo, www.junta.example") is named


def test_an_answer_that_was_to_end_a_query_ends_no_claim_that_it_became_meanwhile(house: ChatHouse, claim: Any) -> None:
    do(house, set_kind, claim.key, Kind.QUERY, as_=claim.owner)
    letter_id = write(house, claim, then="resolve")
    do(house, set_kind, claim.key, Kind.CLAIM, as_=claim.owner)

    go_out(house, letter_id)

    assert case_of(house, claim.key).state == "waiting_customer"
    assert end(house, claim).state == "resolved"


def test_an_answer_on_its_way_that_was_to_end_a_query_ends_the_claim_once_somebody_says_how(
    house: ChatHouse, claim: Any
) -> None:
    do(house, set_kind, claim.key, Kind.QUERY, as_=claim.owner)
    letter_id = write(house, claim, then="resolve")
    do(house, set_kind, claim.key, Kind.CLAIM, as_=claim.owner)

    assert end(house, claim).changed
    assert not end(house, claim).changed, "said before"
    go_out(house, letter_id)

    assert case_of(house, claim.key).state == "resolved"
    assert happened(house, EventKind.CASE_STATE, claim.key)[-1].data["upheld"] == "yes"
    assert len(house.rows(notes)) == 1


def test_a_claim_stays_under_its_law_when_it_is_merged_into_what_a_rule_gave_another_promise(
    house: ChatHouse, claim: Any
) -> None:
    general = '[[rules]]\nwhen = { subject = "envío" }\nthen = { promise = "general" }\n[promises.general]\n'
    house.apply(rest=f'{LAW}{general}first_response = {{ within = "4h" }}\n')
    house.take("soporte", letter(external_id="<9@c.example>", subject="Un envío"))
    query = house.rows(conversations)[-1]
    assert (query.kind, query.promise) == ("query", "general")

    do(house, merge, claim.key, query.key, as_=claim.owner)

    both = case_of(house, query.key)
    assert refused(house, both, resolution=Resolution.NO_REPLY_NEEDED) == "owed_answer"
    do(house, unmerge, claim.key, as_=both.owner)
    assert (case_of(house, query.key).kind, case_of(house, query.key).promise) == ("query", "general")
    assert refused(house, claim) == "owed_answer"


def test_a_claim_whose_customer_has_a_receipt_is_no_spam_without_a_reason(house: ChatHouse, claim: Any) -> None:
    with pytest.raises(Refused, match="--reason"):
        do(house, mark_spam, claim.key, as_=claim.owner)
    assert do(house, mark_spam, claim.key, reason="A robot that writes to all", as_=claim.owner).state == "spam"
    (note,) = house.rows(notes)
    assert happened(house, EventKind.CASE_STATE, claim.key)[-1].data["note"] == note.id
