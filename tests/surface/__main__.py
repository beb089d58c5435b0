"""Writes the present surface as that of the last release."""

import json

from tests.surface.surface import RELEASED, present

RELEASED.write_text(json.dumps(present(), indent=1, sort_keys=True) + "\n")
