"""Forgetting a customer: whose data it is, and taking the words away while times, owners and figures stay. Decides nothing about
whether it may be done."""
