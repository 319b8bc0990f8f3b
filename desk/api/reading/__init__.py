"""What the API shows: cases, customers, the house. Each asks the same views as the commands do."""
