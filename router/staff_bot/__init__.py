"""What people of the house do in the staff's bot, and what it says to them."""
