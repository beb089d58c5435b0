"""Accounts, sessions, and their administration."""
