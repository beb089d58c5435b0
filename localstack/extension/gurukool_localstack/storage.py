"""S3 keeps its objects with the other files of this LocalStack, which go with it.

LocalStack has one directory in /tmp for all that run on a machine: they would fill it up, and those of other
users could not write there.
"""

import tempfile
from pathlib import Path

from localstack.services.s3 import provider


def install() -> None:
    provider.DEFAULT_S3_TMP_DIR = str(Path(tempfile.gettempdir()) / "s3")
