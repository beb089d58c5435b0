"""What http.client, on which urllib3 builds, does not do with the answer to a delivery."""

from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead, parse_headers

MAX_INTERIM = 10  # interim answers other than 100 that may come before the final one


class FinalResponse(HTTPResponse):
    """The final answer of a receiver, for urllib3's `response_class`. It differs in three ways.

    - Every interim answer is skipped, and not 100 alone.
    - A success whose headers cannot be read is a success without headers, whose body cannot be read either:
      the receiver has processed the delivery, so it must not be sent again.
    - Of a header that occurs more than once the first one counts, and `Content-Length` is what http.client
      has understood. urllib3 would refuse an answer whose lengths contradict each other.
    """

    _headers_lost = False

    def begin(self) -> None:
        """Raises OSError or HTTPException if there is no answer, or an unreadable one that is no success."""
        try:
            super().begin()
            self.headers = self.msg = self._unambiguous_headers()
        except (OSError, HTTPException):
            if self.status not in range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES):
                raise
            self._headers_lost = True
            self.headers = self.msg = HTTPMessage()
            self.chunked, self.length, self.will_close = False, None, True

    def read1(self, n: int = -1) -> bytes:
        """Raises IncompleteRead, among others, if the headers were lost: the body's beginning is unknown."""
        if self._headers_lost:
            raise IncompleteRead(b"")
        return super().read1(n)

    def _read_status(self) -> tuple[str, int, str]:
        """102 and 103, and those to come, are followed by the final answer (RFC 9110, section 15.2).

        101 is final: the connection would go on in another protocol. http.client itself skips 100.
        """
        for _ in range(MAX_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in typeshed
            if not HTTPStatus.SWITCHING_PROTOCOLS < status < HTTPStatus.OK:
                return version, status, reason
            parse_headers(self.fp)
        raise HTTPException("too many interim answers")

    def _unambiguous_headers(self) -> HTTPMessage:
        headers = HTTPMessage()
        for name, value in self.headers.items():
            if name not in headers:
                headers.set_raw(name, value)
        del headers["Content-Length"]
        if self.length is not None:
            headers["Content-Length"] = str(self.length)
        return headers
