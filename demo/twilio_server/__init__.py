"""A Twilio server of the demo's own, on loopback: one account's numbers on one side, the town's telephones on the other.

Written from the vendor's description (https://www.twilio.com/docs/usage/api), for as much of it as a help desk uses.
"""
