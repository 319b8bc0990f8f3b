"""A Bot API server of the demo's own, on loopback: bots on one side, the town's people with their phones on the other.

Written from the vendor's description (https://core.telegram.org/bots/api), for as much of it as a help desk uses.
"""
