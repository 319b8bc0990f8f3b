"""What is said in English."""

from __future__ import annotations

from router.texts.letterhead import Letterhead, Words

ENGLISH = Words(
    acknowledgement=Letterhead(
        subject="Re: {subject} [{key}]",
        body="""{greeting}

We received your message on {date} at {time}, and one person is now responsible for it.
Your case number is {key}.

{expectation}

To add something, answer this mail and keep the number in its subject: it will reach the same case.

{house}

(This is an automatic receipt. There is no need to answer it.)""",
    ),
    notice=Letterhead(
        subject="[{key}] {customer}: {subject}",
        body="""{who} has been waiting for an answer since {since} ({waited}).

{due}

{excerpt}

Case {key} · {channel} · {why}
See all of it: ventanilla show {key}
{answer}""",
    ),
    digest=Letterhead(
        subject="Cases waiting for you: {count}",
        body="Good morning, {name}.\n\nWhile you were off duty:\n\n{lines}\n\n{house}",
    ),
    screened_digest=Letterhead(
        subject="Messages screened today: {count}",
        body="These messages opened no case:\n\n{lines}\n\nTo let one through: ventanilla release ID\n\n{house}",
    ),
    alert=Letterhead(subject="Ventanilla: {subject}", body="{body}\n\n{house}"),
    announcements={
        "out_of_hours": "We are closed right now. We are back {opening}.",
        "needs_information": "To go on with your case {key} we need to know one more thing:\n\n{text}",
        "resolved": (
            "We have marked your case {key} as resolved. If anything is left, answer this message and we will "
            "open it again."
        ),
        "reopened": "We have opened your case {key} again. {expectation}",
        "delay": (
            "We are still working on your case {key}, but it takes longer than we told you. We are sorry: a "
            "person will answer you as soon as possible."
        ),
    },
    phrases={
        "greeting": "Hello {name},",
        "greeting_nobody": "Hello,",
        "answer_by": "You will have an answer {when} at the latest.",
        "answer_soon": "You will have an answer as soon as possible.",
        "due": "Promised: {when}.",
        "overdue": "Promised: {when} (already past).",
        "opted_out": "They asked not to be written to any more (on {day}): no answer will go out to them.",
        "no_subject": "(no subject)",
        "hidden": "(text left out of notices)",
        "on_channel": "received on {channel}",
        "escalated": "{agent} could not be told",
        "escalation": "{agent} could not be told of case {key}. Reason: {reason}.",
        "brake": (
            "More than {limit} receipts were written in {minutes} minutes; those that follow are held.\n"
            "See them: ventanilla outbox --state held\nLet them go: ventanilla outbox release --all\n"
            "Drop them: ventanilla outbox drop --all"
        ),
        "brake_subject": "receipts are held",
        "beside": "{agent} has case {key} of this same customer",
        "nobody_else_subject": "nobody else for case {key}",
        "nobody_else_declined": (
            "{agent} said that case {key} is not theirs, and nobody else can take it now. {holder} holds it.\n"
            "Why: ventanilla explain {key}\n"
            "Give it to somebody: ventanilla transfer {key} --to NAME"
        ),
        "nobody_else_acceptance_lapsed": (
            "{agent} did not accept case {key} in time, and nobody else can take it now. {holder} holds it.\n"
            "Why: ventanilla explain {key}\n"
            "Give it to somebody: ventanilla transfer {key} --to NAME"
        ),
        "escalation_subject": "a notice was not delivered, case {key}",
        "edited": (
            "{customer} changed a message of case {key}, which was not waiting for an answer. It says now:\n\n"
            "{excerpt}\n\nSee all of it: ventanilla show {key}"
        ),
        "edited_subject": "a message was changed after the answer, case {key}",
        "reply_failed": (
            "The answer of case {key} to {recipient} could not be delivered. Reason: {reason}. The customer is still "
            "waiting.\n\nWhat had been written:\n\n{text}\n\nTo answer again: ventanilla reply {key}"
        ),
        "reply_failed_subject": "an answer did not reach the customer, case {key}",
        "reply_unknown": (
            "Nobody knows whether the answer of case {key} to {recipient} went out: it was cut off at the last "
            "moment, and it is not repeated by itself so that the customer does not get it twice.\n\n"
            "What had been written:\n\n{text}\n\n"
            "If it did not arrive, send it again: ventanilla outbox resend {number}"
        ),
        "reply_unknown_subject": "nobody knows whether an answer went out, case {key}",
        "reply_overtaken": (
            "{agent} has answered case {key} meanwhile, so your answer to {recipient} was held back.\n\n"
            "What you had written:\n\n{text}\n\n"
            "Send it all the same: ventanilla outbox release {number}\nDrop it: ventanilla outbox drop {number}"
        ),
        "reply_overtaken_subject": "somebody else was first: your answer of case {key} is held",
        "reply_to_spam": (
            "{agent} marked case {key} as spam, so your answer to {recipient} was held back.\n\n"
            "What you had written:\n\n{text}\n\n"
            "Send it all the same: ventanilla outbox release {number}\nDrop it: ventanilla outbox drop {number}"
        ),
        "reply_to_spam_subject": "marked as spam: your answer of case {key} is held",
        "somebody": "somebody from the shared mailbox",
        "undelivered": "What was written to {recipient} about case {key} could not be delivered. Reason: {reason}.",
        "undelivered_subject": "a message did not reach the customer, case {key}",
        "paused": "Channel {channel} is paused: {problem}\n{cure}\nThe other channels go on.",
        "paused_subject": "channel {channel} is paused",
        "quarantined": (
            "Message {inbox_id} of channel {channel} could not be read: {reason}\n"
            "See it: ventanilla inbox --state quarantined\n"
            "Try again: ventanilla replay {inbox_id}"
        ),
        "quarantined_subject": "an unreadable message in {channel}",
        "morning_subject": "Your cases today: {count}",
        "morning_hello": "Good morning, {name}.",
        "morning_broken": "Promised and already late",
        "morning_due": "Due today",
        "morning_unseen": "Yours and not opened yet",
        "morning_uncovered": "Of people who are not here today, with nobody in their place",
        "morning_line": "Waiting in line for somebody who can take them",
        "morning_held": "Answers that are held back",
        "morning_unknown": "Answers of which nobody knows whether they went out",
        "morning_unclassified": "They speak of a complaint or a claim and are still queries",
        "morning_more": "… and {count} more: ventanilla conversations --open",
        "morning_not_opened": "not opened yet",
        "promised_first_response": "first response",
        "promised_next_response": "response",
        "promised_first_resolution": "resolution",
        "promised_legal": "legal deadline",
    },
    reasons={
        "reopened": "had it before, and it was opened again",
        "split": "it was split from another case of theirs",
        "unmerged": "it came back from another case",
        "began": "began it",
        "taken_in": "took it in person",
        "transfer": "a person handed it over",
        "taken": "took it",
        "declined": "its owner said it was not theirs",
        "acceptance_lapsed": "its owner did not accept it in time",
        "restricted": "is the one person who deals with this customer",
        "same_customer": "already has another case of this customer",
        "account_manager": "looks after this customer",
        "rule": "a rule gives such cases to this person",
        "last_owner": "helped this customer last time",
        "balanced": "had the fewest cases for their capacity",
        "round_robin": "was next in turn",
        "longest_idle": "had been free the longest",
        "duty_present": "nobody else could: on the duty list",
        "duty_silent": "nobody on duty: holds it until opening",
        "line": "it was waiting in line and they can take it now",
        "owner_off_duty": "its owner's shift has ended",
        "owner_left": "its owner has left",
        "cover": "covers for somebody away",
    },
)
