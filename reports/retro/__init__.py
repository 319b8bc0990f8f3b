"""What a house's mailbox says of its response times before it changed anything. Reads no store and no server."""
