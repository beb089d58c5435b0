"""The domain: what a queue is and what may happen to it. Imports nothing but the standard library."""
