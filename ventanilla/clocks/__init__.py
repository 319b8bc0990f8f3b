"""Business time: calendars and what is due when. Pure: nothing here asks for the time."""
