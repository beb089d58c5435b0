"""JSON in and out, with msgspec."""
