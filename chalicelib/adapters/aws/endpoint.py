"""The endpoint of a client whose calls are quick: signs, sends, tries again, and reads the answer.

It stands in place of botocore.endpoint.Endpoint, and hands all other calls of the client to that.
"""

import ssl
import zlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.endpoint import Endpoint
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import get_cert_path

from chalicelib.adapters.aws import http
from chalicelib.adapters.aws.answers import ClosedError, UnreadableError
from chalicelib.adapters.aws.signature import Signer

# There is no time in their answers, which botocore would convert. Binary values are left to botocore.
QUICK = frozenset(
    {
        *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "TransactWriteItems"),
        *("BatchGetItem", "BatchWriteItem"),
        *("SendMessage", "ChangeMessageVisibility"),
    }
)
BINARY = (b'"B":', b'"BS":')  # as DynamoDB marks such values; text has its quotes escaped
PREPARE_REQUEST = Endpoint.prepare_request
TIME_OUTS = (ConnectTimeoutError, ReadTimeoutError)
FAILED = 300  # from this status on, the answer is an error


def may_be_quick(operation: str) -> bool:
    """Not while the SDK of X-Ray records calls: for that it changes botocore's clients and endpoints."""
    return operation in QUICK and Endpoint.prepare_request is PREPARE_REQUEST


class QuickEndpoint:
    """In place of a client's botocore.endpoint.Endpoint."""

    def __init__(self, client: Any, *, after_time_out: bool) -> None:
        self._after_time_out = after_time_out
        self._stock = client._endpoint  # noqa: SLF001
        self._signing = client._request_signer  # noqa: SLF001
        self.host = self._stock.host
        config, model = client.meta.config, client.meta.service_model
        ca_file = get_cert_path(self._stock.http_session._verify)  # noqa: SLF001
        self._channel = http.Channel(self.host, config.connect_timeout, config.read_timeout, ca_file)
        self._signer = Signer(self._channel.host, client.meta.region_name, model.signing_name)
        self._user_agent = config.user_agent
        self._events = client.meta.events
        self._service = model.service_id.hyphenize()
        self._parser = self._stock._response_parser_factory.create_parser(model.resolved_protocol)  # noqa: SLF001

    def close(self) -> None:
        self._channel.close()
        self._stock.close()

    def make_request(self, model: Any, request_dict: Any) -> Any:
        """The answer and what is in it. Raises BotoCoreError if there is none."""
        if not self._may_be_quick(model):
            return self._stock.make_request(model, request_dict)
        attempts = 1
        while True:
            answered, error = self._attempt(model, request_dict)
            if answered and answered[0].status_code < FAILED:
                break
            if isinstance(error, TIME_OUTS) and not self._after_time_out:
                break
            if not self._stock._needs_retry(attempts, model, request_dict, answered, error):  # noqa: SLF001
                break
            attempts += 1
        if error is not None:
            raise error
        answered[1]["ResponseMetadata"]["RetryAttempts"] = attempts - 1
        return answered

    def _may_be_quick(self, model: Any) -> bool:
        has_credentials = self._signing._credentials is not None  # noqa: SLF001
        return has_credentials and may_be_quick(model.name)

    def _attempt(self, model: Any, request_dict: Any) -> tuple[Any, HTTPClientError | None]:
        """What came back, or why nothing did."""
        body, url = request_dict["body"], request_dict["url"]
        given = {"User-Agent": self._user_agent, **request_dict["headers"]}
        headers = self._signer.sign(given, body, self._signing._credentials.get_frozen_credentials())  # noqa: SLF001
        request = _Request(url, headers, body)
        try:
            answer = self._answer_of_others(model, request) or self._channel.post(headers, body)
            _require_intact(answer)
        except (OSError, UnreadableError) as error:
            return None, _as_botocore_raises(error, url, request)
        return (answer, self._read(answer, model)), None

    def _answer_of_others(self, model: Any, request: "_Request") -> Any:
        """Of whoever listens to the event, such as moto."""
        answers = self._events.emit(f"before-send.{self._service}.{model.name}", request=request)
        return next((answer for _, answer in answers if answer is not None), None)

    def _read(self, answer: Any, model: Any) -> Any:
        content = answer.content
        if answer.status_code < FAILED and not any(mark in content for mark in BINARY):
            try:
                read = msgspec.json.decode(content) if content else {}
            except ValueError:
                """It is left to botocore, as errors and binary values are."""
            else:
                read["ResponseMetadata"] = _metadata(answer)
                return read
        received = {
            "headers": HeadersDict(answer.headers),
            "status_code": answer.status_code,
            "body": content,
        }
        read = self._parser.parse(received, model.output_shape)
        if answer.status_code >= FAILED:
            self._stock._add_modeled_error_fields(received, read, model, self._parser)  # noqa: SLF001
        return read


class _Request(AWSPreparedRequest):  # type: ignore[misc]  # botocore ships no types
    """What listeners to `before-send`, such as moto, get. There is seldom one: the headers are made late."""

    def __init__(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__("POST", url, None, body, stream_output=False)
        del self.headers
        self._headers = headers

    @cached_property
    def headers(self) -> HeadersDict:
        return HeadersDict(self._headers)


def _metadata(answer: Any) -> dict[str, Any]:
    headers = answer.headers
    metadata = {"HTTPStatusCode": answer.status_code, "HTTPHeaders": headers}
    if request_id := headers.get("x-amzn-requestid"):
        metadata["RequestId"] = request_id
    return metadata


def _require_intact(answer: Any) -> None:
    """Raises ClosedError if the body is not what DynamoDB has sent."""
    checksum = answer.headers.get("x-amz-crc32")
    if checksum is not None and int(checksum) != zlib.crc32(answer.content):
        raise ClosedError


def _as_botocore_raises(error: Exception, url: str, request: "_Request") -> HTTPClientError:
    """The error of which botocore knows whether to try again."""
    match error:
        case http.ConnectTimeoutError():
            return ConnectTimeoutError(endpoint_url=url, error=error)
        case TimeoutError():
            return ReadTimeoutError(endpoint_url=url, error=error)
        case ssl.SSLError():
            return SSLError(endpoint_url=url, error=error)
        case http.NoConnectionError():
            return EndpointConnectionError(endpoint_url=url, error=error)
        case OSError():
            return ConnectionClosedError(endpoint_url=url, error=error, request=request)
    return HTTPClientError(error=error)
