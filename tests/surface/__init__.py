"""The public surface, held against the last release's (released.json).

`localstack/run -m tests.surface` writes that file anew, when a version is released.
"""
