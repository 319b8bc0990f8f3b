"""What the staff's bot says in English."""

from __future__ import annotations

COMMANDS_EN = {
    "available": ("available", "I am here: I can get cases"),
    "pause": ("pause", "no new cases until my next shift; /pause 30m for half an hour"),
    "cases": ("cases", "my open cases"),
    "help": ("help", "what this bot can do"),
}
SAYINGS_EN = {
    "stranger": (
        "This bot writes to the people who work at {house}, and to nobody else. If you are one of them, ask for an invitation."
    ),
    "welcome": "Hello {name}. Done: notices of {house} reach you here from now on.\n\n{commands}",
    "welcome_again": "Hello {name}. This account is linked already: notices reach you here.\n\n{commands}",
    "invitation_unknown": "I do not know this invitation. Open the link once more, or ask for a new one.",
    "invitation_used": "This invitation has been used already, and each is good once. Ask for a new one.",
    "invitation_over": "This invitation is no longer good: 48 hours have gone by, or a newer one was made. Ask for a new one.",
    "account_taken": (
        "This Telegram account is {other}'s already. Open the invitation from your own account, or have {other} linked "
        "to another one first."
    ),
    "moved_away": "{name}'s notices go to another Telegram account from now on. This one gets no more.",
    "help": "What this bot can do:\n\n{how}\n\n{commands}",
    "unknown_command": "I do not know {command}.\n\n{commands}",
    "old_button": "That button does nothing any more.",
    "available": "You are available.",
    "available_until": "You are available. Your shift ends {when}.",
    "available_off": "You are no longer paused, but off duty by your shifts: you get cases again {when}.",
    "available_never": "You are no longer paused, but your calendar has no shifts to come.",
    "paused_until": "Paused until {when}, when your next shift begins. Back earlier: {available}",
    "paused_for": "Paused until {when}. Back earlier: {available}",
    "paused_open": "Paused until you write {available}",
    "paused_already": "You are paused already, until {when}. Back earlier: {available}",
    "away_already": "You are down as away until you write {available}",
    "pause_odd": "I do not understand “{length}”. Write {pause} alone, or with a length such as 30m or 2h.",
    "waits_on_you": "Cases of yours that wait for an answer: {count}. They go to somebody else while you are away.",
    "no_cases": "You have no open cases.",
    "cases": "Your open cases: {count}",
    "more_cases": "… and {count} more: ventanilla conversations --open --agent {agent}",
    "waits_since": "waiting since {since}",
    "waits_for_customer": "waiting for the customer",
    "due": "due {when}",
    "overdue": "was due {when}",
    "newest_of": "Messages: {count}. The newest:",
    "no_text": "(no text)",
    "voicemail": "(voice message)",
    "taken_over": "{agent} answers for this case now.",
    "answered_by": "{agent} answered {when}.",
    "answered_mailbox": "Answered from the shared mailbox {when}.",
    "ended_by": "{agent} resolved it {when}.",
    "audio_later": "The recording cannot be had yet; it follows here.",
    "audio": "{key}: the recording",
    "test_subject": "Ventanilla: test notice",
    "test": "Test notice from {house}. If you can read this, notices reach you this way.",
}
