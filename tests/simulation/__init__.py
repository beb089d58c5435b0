"""The core's use cases against the fakes, under a scheduler that owns time and decides who goes next.

One seed is one history: users, what they send, how long each call takes, and what goes wrong. Every call of
a port is a point where others may overtake, where the caller may crash, before the call takes effect or
after, or where the answer is lost and the call is made again. See docs/protocol.md.
"""
