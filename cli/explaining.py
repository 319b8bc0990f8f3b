"""Why a case belongs to its owner, as the command prints it, out of the document that reports/explaining makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.case_page import accepted
from cli.contact_page import restriction_line
from cli.explaining_promise import print_promise
from cli.explaining_rules import print_rules
from cli.printing import Times, one_line, plural, print_table, say
from reports.explaining.whole import CHOICES
from router.texts import reason_in_words

_Doc = Mapping[str, Any]
_LANGUAGE = "en"


def print_explanation(told: _Doc, times: Times) -> None:
    """The document of `explain --json` for people."""
    say(f"{told['key']}  {one_line(told['subject']) or '(no subject)'}")
    held = "; it waits in line until somebody has room" if told["in_line_since"] else ""
    pinned = "; a person gave it to them, so it stays" if told["pinned"] else ""
    say(f"  {told['state'].replace('_', ' ')}, {told['owner']} answers for it{held}{pinned}")
    for one in told["assignments"]:
        _print_decision(one, times)
    say("\nHow its messages found it")
    for message in told["messages"]:
        say(f"  {times.at(message['received_at'])}  message {message['id']}: {message['how']}")
    for link in told["links"]:
        say(f"  see also {link['key']}: {link['reason']}")
    for other in told["beside"]:
        say(f"  {other['owner']} has {other['key']} of the same customer")
    restricted = restriction_line(told, times)
    if restricted:
        say(f"  the customer is {restricted}")
    print_promise(told["promise"], times)
    _print_told(told, times)


def _print_decision(one: _Doc, times: Times) -> None:
    until = f"until {times.at(one['released_at'])}" if one["released_at"] else "until now"
    say(f"\n{one['number']}. {one['agent']}, from {times.at(one['assigned_at'])} {until}: {one['why']}")
    say(f"   decided by {one['actor']} under config version {one['config_version']}{_beside(one['decision'])}")
    print_rules(one["rules"])
    if acceptance := accepted(one, times):
        say(f"   {acceptance.removeprefix('; ')}")
    if one["release_reason"]:
        code = one["release_reason"]
        why = "somebody else could take it" if code in CHOICES else reason_in_words(_LANGUAGE, code)
        say(f"   released: {why}")
    if one["considered"]:
        print_table(
            ("candidate", "why", "held", "capacity"),
            [(each["agent"], each["why"], each["load"], each["capacity"]) for each in one["considered"]],
            right=("held", "capacity"),
            folds=("why",),
            indent=3,
        )
    unseen = one["candidates"] - len(one["considered"])
    if unseen > 0:
        say(f"   and {plural(unseen, 'more candidate')} not kept")


def _beside(decision: _Doc) -> str:
    """What else the decision wrote down, in words."""
    parts = []
    if decision.get("silent"):
        parts.append("nobody was there to be told")
    if decision.get("policy_would_say"):
        parts.append(f"the policy alone would have said {decision['policy_would_say']}")
    if decision.get("policy"):
        parts.append(f"chosen because: {reason_in_words(_LANGUAGE, decision['policy'])}")
    return "".join(f"; {part}" for part in parts)


def _print_told(told: _Doc, times: Times) -> None:
    say("\nWho was told")
    for notice in told["notices"]:
        reason = f" ({notice['reason']})" if notice["reason"] else ""
        when = times.at(notice["sent_at"] or notice["created_at"])
        say(f"  {when}  {notice['agent']} by {notice['via']}: {notice['state']}{reason}")
    for escalation in told["escalations"]:
        say(f"  {times.at(escalation['at'])}  escalated to {', '.join(escalation['to']) or 'nobody'}")
    receipt = told["acknowledgement"]
    reason = f" ({receipt['reason']})" if receipt["reason"] else ""
    to = f" to {receipt['recipient']}" if receipt["recipient"] else ""
    say(f"  {times.at(receipt['sent_at'] or receipt['created_at'])}  receipt{to}: {receipt['state']}{reason}")
