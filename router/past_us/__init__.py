"""What our own people sent past this service, and how it counts all the same."""
