"""Reading e-mail: raw bytes in, a channel message out. Pure: no server, no store, no clock."""

from connectors.imap_email.reading.context import LOOP_HEADER, MailContext
from connectors.imap_email.reading.message import read_mail

__all__ = ["LOOP_HEADER", "MailContext", "read_mail"]
