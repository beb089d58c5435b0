"""Signatures of AWS, version 4, for JSON that is posted to the root of an endpoint.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

botocore's signer serves every service and takes six times as long. The signatures are the same.
"""

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple, Protocol

ALGORITHM = "AWS4-HMAC-SHA256"
# What may change, or be added, on the way to AWS.
UNSIGNED = frozenset({"expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"})


class Credentials(Protocol):
    """As botocore's `get_frozen_credentials` returns them."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


class _DaysKey(NamedTuple):
    secret: str
    day: str
    key: bytes


class Signer:
    """Signs requests to one endpoint. Safe in several threads."""

    def __init__(self, host: str, region: str, service: str) -> None:
        """`host`: as in the header, with the port if it is not the usual one."""
        self._host = host
        self._region = region
        self._service = service
        self._days_key = _DaysKey("", "", b"")

    def sign(
        self,
        headers: Mapping[str, str],
        body: bytes,
        credentials: Credentials,
        now: time.struct_time | None = None,
    ) -> dict[str, str]:
        """The headers with their signature and what belongs to it. `now`: in UTC."""
        moment = time.strftime("%Y%m%dT%H%M%SZ", now or time.gmtime())
        signed = {**headers, "Host": self._host, "X-Amz-Date": moment}
        if credentials.token:
            signed["X-Amz-Security-Token"] = credentials.token
        lines = sorted((name.lower(), value) for name, value in signed.items())
        lines = [line for line in lines if line[0] not in UNSIGNED]
        names = ";".join(name for name, _ in lines)
        fields = "".join(f"{name}:{value}\n" for name, value in lines)
        canonical = f"POST\n/\n\n{fields}\n{names}\n{sha256(body).hexdigest()}"
        scope = f"{moment[:8]}/{self._region}/{self._service}/aws4_request"
        text = f"{ALGORITHM}\n{moment}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(credentials.secret_key, moment[:8]), text.encode(), "sha256").hex()
        signed["Authorization"] = (
            f"{ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def _key(self, secret: str, day: str) -> bytes:
        """The key of this day, which takes four rounds to derive."""
        known = self._days_key
        if known.secret != secret or known.day != day:
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._days_key = known = _DaysKey(secret, day, key)
        return known.key
