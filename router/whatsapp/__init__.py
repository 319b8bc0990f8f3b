"""WhatsApp's 24 hours: what waits for them to begin again, and who is warned before they end."""
