"""Requests to hosts outside, sent in a user's name: where to, to which address, signed how, for how long."""
