"""What a customer's HTML becomes before one of us sees it. Knows no store and no visitor."""
