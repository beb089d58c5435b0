"""The public surface, held against the last release's: what applications import (released.json), what the API
answers (answers.json).

`localstack/run -m tests.surface` writes these files anew, when a version is released.
"""
