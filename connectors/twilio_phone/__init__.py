"""SMS, MMS, WhatsApp and calls by Twilio; all that knows Twilio's formats is in here."""
