"""Telegram: a customers' bot as a channel, and the wire side of the staff's bot."""
