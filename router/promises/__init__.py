"""What the house has promised for a case, what the law wants of it, and what happens when that is at risk or broken."""
