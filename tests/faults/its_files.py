"""What the file of the whole house may say: who is in which team, what a law wants, which program is told. Applies nothing."""

from __future__ import annotations

FILES: tuple[dict[str, str], ...] = (
    {"capacity": "2", "members": '"ana", "luis"', "team": 'accept_within = "10m"', "luis": ""},
    {"capacity": "8", "members": '"ana", "luis"', "team": "", "luis": ""},
    {"capacity": "1", "members": '"ana"', "team": 'accept_within = "30m"\naway_grace = "1m"', "luis": ""},
    {"capacity": "8", "members": '"ana", "luis"', "team": "", "luis": "left = 2026-11-26"},
)
LAW = """
[promises.pqrs]
applies_to = { kind = ["request"] }
calendar = "bogota"
pack = "co-pqrs"

[calendars.bogota]
timezone = "America/Bogota"
hours = { mon-fri = ["09:00-18:00"] }

[[rules]]
when = { subject = "Petición" }
then = { kind = "request" }
"""
PROGRAM = """
[webhooks.crm]
url = "https://crm.example/hook"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
events = ["case.resolved"]
"""
LATE = "announce = { delay = true }"
