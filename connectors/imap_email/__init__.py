"""The e-mail channel: IMAP in, SMTP out, and reading what real mail looks like."""
