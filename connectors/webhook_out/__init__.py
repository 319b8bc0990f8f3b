"""Calls outbound webhooks: puts together what is sent, signs it, and says what the answer means."""
