"""How our own people are told what waits on them: by which way, in which words, and kept true."""
