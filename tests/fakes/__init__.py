"""The outside in memory, for tests: it obeys chalicelib/core/queueing/ports.py as the real thing does.

tests/contract holds each of these and its real counterpart to the same suite.
"""
