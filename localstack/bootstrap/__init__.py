"""Sets the tools of this checkout up in a cache outside it. Standard library only, Python 3.9 or newer."""
