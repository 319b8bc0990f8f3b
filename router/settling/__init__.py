"""What a person does about what stands aside: items of the ledger that are no case, letters that have not gone out."""
