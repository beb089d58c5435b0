"""The stores and queues in memory, for tests: they obey core/queueing/ports.py as the real ones do.

tests/contract holds each of these and its real counterpart to the same suite.
"""
