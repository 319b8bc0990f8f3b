"""Reads one update of Telegram's into a message; pure."""
