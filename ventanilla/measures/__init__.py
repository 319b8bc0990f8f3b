"""What a case's events come to: turns, spells of ownership, resolutions, and how long each took. Pure; knows no store."""
