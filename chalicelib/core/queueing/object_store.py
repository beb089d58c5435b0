"""The port to a bucket: objects by their keys, and signed calls with which others get at one of them."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

# Days after which an object expires, by the first part of its key. The bucket's rules say the same
# (infra/template/uploads.yaml). An object that is copied is new.
LIFETIMES: Mapping[str, int] = {"new": 1, "kept-7": 17, "kept-30": 40, "kept-100": 110, "kept-366": 376}


class SignedUpload(NamedTuple):
    """A PUT that the store takes from whoever has it: with exactly these headers, and the bytes it is for."""

    url: str
    headers: Mapping[str, str]


class ObjectStore(Protocol):
    """Every method that makes a call raises UnavailableError if the store does not answer."""

    def sign_upload(self, key: str, size: int, sha256: str, seconds: int) -> SignedUpload:
        """Nothing but `size` bytes with this SHA-256 (hexadecimal) can be stored with it. Makes no call."""
        ...

    def sign_download(self, key: str, seconds: int) -> str:
        """A URL from which the object can be read. Makes no call."""
        ...

    def read(self, key: str) -> bytes | None:
        """The object, which must be small enough for memory; None if there is none."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Copy an object, perhaps onto itself: it expires later then. Raises LostRaceError if it is gone."""
        ...

    def delete_some(self, prefix: str) -> bool:
        """Delete objects whose keys begin so: a thousand at most. False if there may be more."""
        ...
