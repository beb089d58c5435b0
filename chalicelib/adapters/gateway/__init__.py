"""The deployment's own API, called from outside: through its public address, as users call it."""
