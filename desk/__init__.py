"""The web side: what providers call, and later the API and the desk page."""
