"""Knows what Twilio's error codes mean for the people who answer customers. Pure.

Source: Twilio's error and warning dictionary (twilio.com/docs/api/errors).
"""

from __future__ import annotations

WORDS = {
    20003: "Twilio refused the login",
    20005: "the Twilio account is not active",
    21211: "the customer's number is not a number that can be written to",
    21212: "our number cannot send",
    21408: "the Twilio account may not write to the customer's country",
    21606: "our number cannot send such messages (some take calls only)",
    21608: "a trial account writes only to numbers that were verified at Twilio",
    21610: "the customer opted out (STOP) and must not be written to",
    21612: "our number cannot reach the customer's",
    21614: "the customer's number takes no SMS",
    21617: "the text is longer than 1,600 characters",
    21620: "the file's address is not one that Twilio can use",
    21623: "the file's address could not be fetched, or is of a kind that our number cannot send",
    21655: "there is no such template (ContentSid)",
    21656: "the template's values do not fit it",
    30001: "Twilio's queue is full",
    30002: "the Twilio account is suspended",
    30003: "the customer's telephone is off, out of reach or takes no SMS",
    30004: "the customer, or their operator, blocks our messages",
    30005: "the customer's number does not exist",
    30006: "the customer's number is a landline, or its operator cannot be reached",
    30007: "an operator took the message for spam",
    30008: "an operator refused it without saying why",
    30009: "a part of the message was lost on the way",
    30010: "the message costs more than the account allows",
    30011: "our number cannot send files to the customer's operator",
    30034: "our number is not registered for such messages in the United States (A2P 10DLC)",
    63001: "WhatsApp refused the login of our sender",
    63003: "the customer has no WhatsApp",
    63005: "WhatsApp does not take this content",
    63007: "our number is no WhatsApp sender of this account",
    63013: "WhatsApp says that it is against its rules",
    63015: "the customer has not joined the WhatsApp sandbox",
    63016: "more than 24 hours have gone by since the customer last wrote: WhatsApp takes only an approved template",
    63019: "WhatsApp could not take the file: its address, type or size",
    63018: "too many messages at once for WhatsApp",
    63024: "the customer has no WhatsApp",
    63032: "WhatsApp keeps its user from getting such messages",
    63038: "the account's messages for today are used up",
    63049: "WhatsApp chose not to deliver it",
}

CURES = {
    20003: "check account_sid and auth_token; a new token counts at once, nothing needs a restart",
    20005: "reactivate the account in Twilio's console (a bill, or a check of identity), then it goes on by itself",
    30002: "reactivate the account in Twilio's console (a bill, or a check of identity), then it goes on by itself",
    21212: "`ventanilla twilio setup` shows what each number can do",
    21408: "allow the country in Twilio's console: Messaging, Settings, Geo permissions",
    21606: "call them, or write from another channel; `ventanilla twilio setup` shows what each number can do",
    21608: "verify the number at Twilio, or upgrade the account",
    21610: "call them; they can write START to take it back",
    21614: "call them",
    21617: "send it in parts",
    63007: "`ventanilla check --connect` shows the account's WhatsApp senders",
    63016: "it waits until the customer writes again; a template (channels.NAME.templates) tells them",
}

OPTED_OUT = 21610
REFUSED_LOGIN = frozenset({20003, 20005, 20006, 20008, 30002, 63001})
TOO_MANY = frozenset({20429, 14107, 63018, 63038, 30001})


def in_words(code: int | None) -> str:
    """What a code means, with the code; a code that is not known here stands for itself. Empty for none."""
    if not code:
        return ""
    return f"{WORDS[code]} (Twilio {code})" if code in WORDS else f"Twilio error {code}"


def cure_of(code: int | None) -> str:
    """What a person can do about it; empty where nothing is known."""
    return CURES.get(code or 0, "")
