"""Who is responsible: rules and policy, the waiting line, acceptance, absence, and what becomes of cases as time goes by."""
