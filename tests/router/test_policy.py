"""Who gets a case, and what is said of those who do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.assigning.policy import PREFERENCES_LEAD_FOR, STRATEGIES, Candidate, Choice, Need, choose_agent
from tests.router.plain_policy import choose_plainly

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DUTY = ("marta",)


def candidate(
    agent: str, load: int = 0, capacity: int = 8, *, minutes_ago: int | None = None, **more: Any
) -> Candidate:
    last = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
    given = {"on_duty": True, "in_team": True, "last_assigned_at": last} | more
    return Candidate(agent=agent, load=load, capacity=capacity, **given)


def choose(*candidates: Candidate, strategy: str = "balanced", duty: tuple[str, ...] = DUTY, **need: Any) -> Choice:
    return choose_agent(candidates, Need(**need), strategy=strategy, duty=duty, now=NOW)


def speaking(*languages: str) -> dict[str, Any]:
    return {"languages": frozenset(languages)}


def verdicts(choice: Choice) -> dict[str, str]:
    return {one.agent: one.verdict for one in choice.considered}


def test_the_fewest_open_for_their_capacity_wins() -> None:
    choice = choose(candidate("ana", 2, 8), candidate("luis", 2, 9), candidate("eva", 1, 4))
    assert (choice.agent, choice.reason, choice.in_line, choice.silent) == ("luis", "balanced", False, False)


def test_loads_are_compared_exactly() -> None:
    huge = 10**17
    choice = choose(candidate("ana", huge, 3 * huge), candidate("luis", huge, 3 * huge + 1))
    assert choice.agent == "luis"
    assert choose(candidate("zoe", 1, 3), candidate("luis", 2, 6, minutes_ago=1)).agent == "zoe"


def test_a_tie_goes_to_who_was_longest_without_a_new_case_and_never_counts_as_longest() -> None:
    ana, luis, eva = candidate("ana", minutes_ago=5), candidate("luis", minutes_ago=50), candidate("eva")
    assert choose(ana, luis).agent == "luis"
    assert choose(ana, luis, eva).agent == "eva"
    assert verdicts(choose(ana, luis)) == {"luis": "chosen", "ana": "assigned_later"}


def test_a_full_tie_goes_by_name_whatever_the_order_they_come_in() -> None:
    assert choose(candidate("luis"), candidate("ana")).agent == "ana"
    assert verdicts(choose(candidate("luis"), candidate("ana"))) == {"ana": "chosen", "luis": "by_name"}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"on_duty": False}, "off_duty"),
        ({"in_team": False}, "not_in_team"),
        ({"skills": frozenset()}, "lacks_skill"),
        ({"languages": frozenset({"es"})}, "lacks_language"),
        ({"load": 8}, "full"),
        ({"load": 9}, "full"),
        ({"capacity": 0}, "full"),
    ],
)
def test_whoever_cannot_take_it_is_passed_over_with_the_reason(changes: dict[str, Any], verdict: str) -> None:
    fit = candidate("ana", skills=frozenset({"facturas"}), **speaking("es", "en"))
    need: dict[str, Any] = {"required_skills": frozenset({"facturas"}), "required_languages": frozenset({"en"})}
    busy = fit._replace(agent="luis", load=7)

    choice = choose(fit._replace(**changes), busy, **need)

    assert choice.agent == "luis"
    assert verdicts(choice) == {"luis": "chosen", "ana": verdict}


def test_the_account_manager_comes_before_anybody_even_from_outside_the_team() -> None:
    manager = candidate("pilar", 7, in_team=False, minutes_ago=1)

    choice = choose(candidate("ana"), manager, account_manager="pilar", last_owner="ana")

    assert (choice.agent, choice.reason) == ("pilar", "account_manager")
    assert verdicts(choice) == {"pilar": "chosen", "ana": "eligible"}


@pytest.mark.parametrize("changes", [{"on_duty": False}, {"load": 8}])
def test_an_account_manager_away_or_full_is_passed_over(changes: dict[str, Any]) -> None:
    manager = candidate("pilar")._replace(**changes)
    assert choose(candidate("ana", 5), manager, account_manager="pilar").agent == "ana"


@pytest.mark.parametrize(("load", "agent", "reason"), [(5, "luis", "last_owner"), (6, "ana", "balanced")])
def test_the_last_owner_has_a_returning_customer_if_lightly_loaded(load: int, agent: str, reason: str) -> None:
    choice = choose(candidate("ana"), candidate("luis", load, 8), last_owner="luis")
    assert (choice.agent, choice.reason) == (agent, reason)


def test_a_last_owner_who_lacks_what_is_required_is_not_asked() -> None:
    choice = choose(
        candidate("ana", 5, **speaking("en")),
        candidate("luis"),
        last_owner="luis",
        required_languages=frozenset({"en"}),
    )
    assert choice.agent == "ana"


def test_a_preferred_language_leads_at_first_and_decides_between_equals_later() -> None:
    english, spanish = candidate("ana", 6, **speaking("en")), candidate("luis", 1, **speaking("es"))
    wish: dict[str, Any] = {"preferred_languages": frozenset({"en"})}

    at_first = choose(english, spanish, **wish)
    later = choose(english, spanish, waited=PREFERENCES_LEAD_FOR, **wish)
    equals = choose(english._replace(load=1, last_assigned_at=NOW), spanish, waited=PREFERENCES_LEAD_FOR, **wish)

    assert (at_first.agent, verdicts(at_first)["luis"]) == ("ana", "matches_less")
    assert (later.agent, verdicts(later)["ana"]) == ("luis", "busier")
    assert (equals.agent, verdicts(equals)["luis"]) == ("ana", "matches_less")


def test_with_nobody_who_matches_it_goes_at_once_to_whoever_comes_nearest() -> None:
    choice = choose(
        candidate("ana", 0, skills=frozenset({"facturas"})),
        candidate("luis", 5, **speaking("en")),
        preferred_languages=frozenset({"en"}),
        preferred_skills=frozenset({"facturas"}),
    )
    nobody = choose(candidate("ana", 1), candidate("luis", 0), preferred_languages=frozenset({"eu"}))

    assert choice.agent == "luis"  # being understood counts before knowing about invoices
    assert (nobody.agent, nobody.in_line) == ("luis", False)


@pytest.mark.parametrize(
    ("strategy", "agent"), [("balanced", "carla"), ("round_robin", "ana"), ("longest_idle", "bea")]
)
def test_each_strategy_has_its_own_answer(strategy: str, agent: str) -> None:
    ana = candidate("ana", 3, 8, minutes_ago=90)
    bea = candidate("bea", 1, 4, minutes_ago=60)
    carla = candidate("carla", 2, 20, minutes_ago=30)

    choice = choose(ana, bea, carla, strategy=strategy)

    assert (choice.agent, choice.reason) == (agent, strategy)


def test_longest_idle_takes_who_has_been_without_a_case_the_longest() -> None:
    busy, idle, idler = (
        candidate("ana", 1, minutes_ago=300),
        candidate("bea", 0, minutes_ago=20),
        candidate("carla", 0, minutes_ago=40),
    )
    assert choose(busy, idle, idler, strategy="longest_idle").agent == "carla"


def test_an_unknown_strategy_and_an_empty_duty_list_are_refused() -> None:
    with pytest.raises(ValueError, match='expected a strategy of balanced, longest_idle, round_robin, got "random"'):
        choose(candidate("ana"), strategy="random")
    with pytest.raises(ValueError, match="duty list is empty"):
        choose(candidate("ana"), duty=())


def test_another_strategy_can_be_added_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, "busiest", lambda one, whole: -STRATEGIES["balanced"](one, whole))
    assert choose(candidate("ana"), candidate("luis", 3), strategy="busiest").agent == "luis"


def test_nobody_free_the_first_present_of_the_duty_list_holds_it_in_line() -> None:
    full = candidate("ana", 8)
    away, present = candidate("marta", on_duty=False), candidate("eva", 8)

    choice = choose(full, away, present, duty=("marta", "eva", "ana"))

    assert (choice.agent, choice.reason, choice.in_line, choice.silent) == ("eva", "duty_present", True, False)
    assert verdicts(choice) == {"eva": "chosen", "ana": "full", "marta": "off_duty"}


def test_nobody_present_the_first_of_the_duty_list_holds_it_silently() -> None:
    choice = choose(candidate("ana", on_duty=False), candidate("marta", on_duty=False), duty=("marta", "ana"))
    assert (choice.agent, choice.reason, choice.in_line, choice.silent) == ("marta", "duty_silent", True, True)


def test_a_duty_person_who_is_no_longer_with_us_is_passed_over_while_another_is_known() -> None:
    assert choose(candidate("ana", on_duty=False), duty=("gone", "ana")).agent == "ana"
    assert choose(duty=("gone", "lost")).agent == "gone"


def test_those_considered_come_best_first_and_then_who_cannot() -> None:
    choice = choose(
        candidate("zoe", on_duty=False),
        candidate("ana", 3),
        candidate("bea", 8),
        candidate("luis", 1),
        candidate("eva", 2, 8),
    )
    assert [(one.agent, one.verdict) for one in choice.considered] == [
        ("luis", "chosen"),
        ("eva", "busier"),
        ("ana", "busier"),
        ("bea", "full"),
        ("zoe", "off_duty"),
    ]
    assert (choice.considered[0].load, choice.considered[0].capacity) == (1, 8)


def test_the_chosen_one_comes_first_even_where_the_strategy_would_rank_them_last() -> None:
    choice = choose(candidate("ana"), candidate("bea", 1), candidate("luis", 2), last_owner="luis")
    assert [(one.agent, one.verdict) for one in choice.considered] == [
        ("luis", "chosen"),
        ("ana", "eligible"),
        ("bea", "eligible"),
    ]


words = st.frozensets(st.sampled_from(["es", "en", "facturas"]), max_size=3)
names = st.sampled_from(["ana", "bea", "carla", "luis", "marta", "zoe"])
moments = st.none() | st.integers(-60, 600).map(lambda minutes: NOW - timedelta(minutes=minutes))
people = st.lists(
    st.builds(
        Candidate,
        agent=names,
        on_duty=st.booleans(),
        in_team=st.booleans(),
        load=st.integers(0, 6),
        capacity=st.integers(0, 5),
        last_assigned_at=moments,
        languages=words,
        skills=words,
    ),
    max_size=6,
    unique_by=lambda one: one.agent,
)
needs = st.builds(
    Need,
    required_skills=words,
    required_languages=words,
    preferred_languages=words,
    preferred_skills=words,
    last_owner=st.none() | names,
    account_manager=st.none() | names,
    waited=st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes)),
)


@settings(deadline=None, max_examples=300)
@given(people, needs, st.sampled_from(sorted(STRATEGIES)), st.lists(names, min_size=1, max_size=4, unique=True))
def test_there_is_always_exactly_one_answer_and_it_holds_water(
    candidates: list[Candidate], need: Need, strategy: str, duty: list[str]
) -> None:
    choice = choose_agent(candidates, need, strategy=strategy, duty=duty, now=NOW)
    known = {one.agent: one for one in candidates}
    fit = {
        one.agent
        for one in candidates
        if one.on_duty
        and one.in_team
        and one.load < one.capacity
        and need.required_skills <= one.skills
        and need.required_languages <= one.languages
    }

    assert choice.agent in known or choice.agent in duty
    assert sorted(one.agent for one in choice.considered) == sorted(known)
    assert [one.agent for one in choice.considered if one.verdict == "chosen"] == [choice.agent] * (
        choice.agent in known
    )
    if choice.reason == "account_manager":
        assert choice.agent == need.account_manager
        assert known[choice.agent].on_duty
        assert known[choice.agent].load < known[choice.agent].capacity
    elif fit:
        assert choice.agent in fit
        assert not choice.in_line
    else:
        assert choice.in_line
        assert choice.agent in duty
        assert choice.silent == (not any(known[name].on_duty for name in duty if name in known))


@settings(deadline=None, max_examples=100)
@given(people, needs, st.sampled_from(sorted(STRATEGIES)), st.randoms(use_true_random=False))
def test_the_order_in_which_candidates_come_does_not_matter(
    candidates: list[Candidate], need: Need, strategy: str, shuffler: Any
) -> None:
    shuffled = list(candidates)
    shuffler.shuffle(shuffled)

    assert choose_agent(shuffled, need, strategy=strategy, duty=DUTY, now=NOW) == choose_agent(
        candidates, need, strategy=strategy, duty=DUTY, now=NOW
    )


@settings(deadline=None, max_examples=150)
@given(
    people, needs, st.sampled_from(sorted(STRATEGIES)), st.lists(names, min_size=1, max_size=4, unique=True), st.data()
)
def test_what_is_said_of_everybody_is_what_the_plain_policy_says(
    candidates: list[Candidate], need: Need, strategy: str, duty: list[str], data: st.DataObject
) -> None:
    passed, restricted = data.draw(st.frozensets(names, max_size=2)), data.draw(st.integers(0, 3)) == 0
    need = replace(need, passed_by=passed, restricted=restricted)
    plain = choose_plainly(candidates, need, strategy=strategy, duty=duty, now=NOW)
    assert choose_agent(candidates, need, strategy=strategy, duty=duty, now=NOW) == plain
