"""A channel of another package: text files in one folder are messages, what is answered goes into another folder."""
