"""What providers and other machines call: webhooks of channels. Knows no person and no page."""
