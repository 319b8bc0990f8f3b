"""What open pages are told as it happens: changes of cases, who else is looking or typing."""
