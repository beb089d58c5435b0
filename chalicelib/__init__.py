"""Gurukool: every user of an API gets a strictly ordered request queue of their own."""
