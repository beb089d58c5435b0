"""Somebody else's identity provider: its keys, and the tokens that it has signed (OpenID Connect)."""
