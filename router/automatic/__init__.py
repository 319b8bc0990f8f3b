"""What customers are told by itself: receipts, greetings, announcements, and the brake on all of it."""
