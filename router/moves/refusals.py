"""Why a move cannot be, in a code and in English with what can be done instead. The staff's bot says the codes in its languages."""

from __future__ import annotations

from ventanilla.errors import BadInput

REFUSALS: dict[str, str] = {
    "no_such_agent": "{agent} is not one of us; there are: {agents}",
    "only_looks": "{agent} is an auditor, who may look and do nothing: give them another role in the file",
    "no_key": "{key!r} is no case key: one looks like K7M-Q2X-VTR",
    "no_such_case": "there is no case {key}; the open ones: ventanilla conversations --open",
    "not_open": "{key} is {state}: open it again first (ventanilla reopen {key}), or begin another case",
    "merged": "{key} was merged into {into}: use that key",
    "not_yours": "{key} is {owner}'s: ask them, have it handed over (ventanilla transfer {key} --to NAME), or leave a note",
    "no_text": "there is nothing to send: give --text, or write it to standard input",
    "is_a_note": "a text that begins with // is a note and goes to nobody outside: ventanilla note, or take the // away",
    "holds_token": "this text holds an address or number that only our own people may see ({found}): take it out and send it again",
    "already_answered": "{agent} answered {key} on {when}, after what you saw: read it first (ventanilla show {key})",
    "being_answered": "{agent}'s answer to {key} is on its way: read it first (ventanilla show {key})",
    "newer_message": "the customer wrote again in {key} after what you saw: read it first (ventanilla show {key})",
    "cannot_be_written_to": "nothing can be sent to the customer of {key}: {reason}",
    "nothing_to_withdraw": "there is no answer of yours to take back",
    "too_late": "it is too late to take this back: it has gone out",
    "moved_on": "{key} has moved on: it is {owner}'s now (ventanilla show {key})",
    "no_receiver": "{agent} cannot be given cases; who can: {agents}",
    "not_owner": "{key} is {owner}'s: only they can say so; take it first (ventanilla transfer {key} --to {agent} --as {agent})",
    "no_restriction_reason": "say why, with --reason: whoever lifts it one day must know",
    "no_hold_reason": "say why it is held, with --reason: whoever ends it one day must know",
    "only_supervisors": '{agent} is no supervisor: ask one (role = "supervisor" in the file)',
    "not_your_customer": "{agent} has no case of this customer: ask whoever has one, or a supervisor",
    "already_past": "this day is over: give a later one with --until",
    "no_reason": "say why it is not yours, with --reason",
    "unanswered": (
        "the customer of {key} has been waiting since {when} and nobody has answered: answer (ventanilla reply {key}), or say "
        "--no-reply-needed, or give the --reason"
    ),
    "needs_reason": "{key} ({kind}) does not end without a reason: give it with --reason",
    "other_chat": (
        "{key} cannot be opened again: the same chat goes on in {other}; use that, or merge them "
        "(ventanilla merge {key} --into {other})"
    ),
    "no_note": "there is nothing to note: give --text, or write it to standard input",
    "in_the_future": "{when} is still to come: give the time when it happened",
    "same_case": "{key} is the very same case: name another",
    "merge_the_other_way": "{into} is {state} and {key} is not: open {into} again first, or merge it into {key} instead",
    "other_customers": (
        "{key} and {into} are two customers' cases: link the customers (ventanilla contact link), or confirm with --yes"
    ),
    "came_merged": "message {message} came with {other}, which was merged into {key}: bring that back (ventanilla unmerge {other})",
    "no_such_message": "{key} has no message {message} of its customer's: ventanilla show {key} numbers them",
    "only_message": "nothing would be left of {key}: these are all the messages of its customer",
    "not_the_same_customer": "{key} and {other} are two customers' cases, so an answer in one answers nothing in the other",
    "nothing_waits": "nobody waits for an answer in {key}",
    "no_answer_there": "nothing went out in {other} since the customer of {key} has been waiting: answer there, or in {key}",
    "in_the_past": "{when} is over: give a date that is still to come",
    "chat_open": "{address} has an open case there, {other}: write to them in that one (ventanilla reply {other})",
    "no_such_address": "{channel} cannot write to {address!r}: give {sort}",
    "no_such_channel": "{channel!r} is no channel that one can write by; there are: {channels}",
    "not_written_to_bot": "a bot can write only to whoever has written to it, and {address!r} has not: write to them another way",
    "nobody_to_know_by": "say who it was: --name, --phone or --email",
    "odd_address": "{address!r} is no {sort}",
    "owed_answer": (
        "{key} is a {kind}, and {law} wants an answer to it: answer first (ventanilla reply {key}); what is none is made "
        "another kind (ventanilla kind {key} query)"
    ),
    "needs_outcome": (
        "{key} is a {kind} under {law}: say whether its customer was right, and why (ventanilla resolve {key} --upheld "
        "yes|no|partly --reason TEXT); an answer may still be on its way"
    ),
    "name_bodies": (
        "the answer of {key} does not name where its customer can turn now, which {law} wants. Send it with this text added: "
        "{bodies}; or, where they were told another way, --bodies-told"
    ),
    "time_to_complete": (
        "the customer of {key} was asked for what is missing and may send it until {when}: it does not end before that"
    ),
    "no_receipt_wanted": (
        "no law wants a receipt for {key}, a {kind}: say what it is (ventanilla kind {key} complaint), or give its promise the "
        "`pack` that is yours (ventanilla packs)"
    ),
    "receipt_by_hand": (
        "the receipt of {key} cannot go out (ventanilla show {key} says why): give it on paper or by letter, then "
        'ventanilla receipt {key} --given-by-hand "how"'
    ),
    "odd_tag": "{tag!r} is no tag: give up to {longest} letters, digits and signs",
    "too_many_tags": "{key} would have more than {most} tags: take some off",
    "key_used": "the idempotency key {idempotency_key!r} was used for something else ({key})",
}
"""By code. Values in braces are filled in; a room that needs another code adds it here and in the bot's languages."""


class Refused(BadInput):
    """A move that cannot be. `code` is one of REFUSALS, `values` what fills it in; exit code 2. A value that no text
    names may come too: `at`, the moment that `when` says in English."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(REFUSALS[code].format(**self.values))
