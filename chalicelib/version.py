"""The release that this code is: `make release` writes it, and pyproject.toml too, which is not shipped."""

VERSION = "0.2.0.dev0"
