"""The house: what runs, what came in, what goes out, who is there and who did what."""

from __future__ import annotations

from desk.entry.person import Right
from desk.pages.house.calendars import calendar_page
from desk.pages.house.inbox import inbox_page, item_page, release, replay
from desk.pages.house.outbox import letter_page, outbox_page, settle
from desk.pages.house.overview import overview
from desk.pages.house.people import end, invite, people_page
from desk.pages.house.tokens import revoke, tokens_page
from desk.pages.house.trail import trail_file, trail_page
from desk.pages.page import Page

PAGES: tuple[Page, ...] = (
    Page(path="/house", view=overview, right=Right.OVERSEE),
    Page(path="/house/calendars/{name}", view=calendar_page, right=Right.OVERSEE),
    Page(path="/house/inbox", view=inbox_page, right=Right.OVERSEE),
    Page(path="/house/inbox/release", view=release, right=Right.SUPERVISE, methods=("POST",)),
    Page(path="/house/inbox/replay", view=replay, right=Right.SUPERVISE, methods=("POST",)),
    Page(path="/house/inbox/{id:int}", view=item_page, right=Right.OVERSEE),
    Page(path="/house/outbox", view=outbox_page, right=Right.OVERSEE),
    Page(path="/house/outbox/{id:int}", view=letter_page, right=Right.OVERSEE),
    Page(path="/house/outbox/{what}", view=settle, right=Right.SUPERVISE, methods=("POST",)),
    Page(path="/house/people", view=people_page, right=Right.OVERSEE),
    Page(path="/house/people/{agent}/invite", view=invite, right=Right.ADMIN, methods=("POST",)),
    Page(path="/house/people/{agent}/end", view=end, right=Right.ADMIN, methods=("POST",)),
    Page(path="/house/tokens", view=tokens_page, right=Right.ADMIN),
    Page(path="/house/tokens/{id:int}/revoke", view=revoke, right=Right.ADMIN, methods=("POST",)),
    Page(path="/house/trail", view=trail_page, right=Right.TRAIL),
    Page(path="/house/trail.csv", view=trail_file, right=Right.TRAIL),
)
