"""Stores and queues in memory, for tests. They keep the contracts of the ports in core/queueing.

tests/contract tests each of them and its real counterpart with the same suite.
"""
