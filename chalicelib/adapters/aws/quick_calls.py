"""Makes the most frequent calls of a botocore client take a fifth of their CPU time.

botocore serves 400 services in five protocols. For each call it walks over the service's description to write
the request and to read the answer, evaluates rules to find an endpoint that never changes, and hands request
and answer through a dozen classes. The calls below are JSON both ways: their parameters are the body of the
request, and the body of the answer is the result. What botocore does around a call stays: credentials, the
events `before-parameter-build`, `before-call`, `before-send`, `needs-retry` and `after-call`, retries with
their quota, and how errors are read and raised. All other calls of the client are botocore's.
"""

import ssl
import zlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

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
from botocore.utils import get_environ_proxies

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


def quicken(client: Any, *, after_time_out: bool = True) -> None:
    """Changes the client, of DynamoDB or SQS, in place. It stays as it is behind a proxy, or below a path.

    `after_time_out`: whether a quick call that was not answered in time is tried again. All other failures
    are tried again as botocore decides.
    """
    url = client.meta.endpoint_url
    if get_environ_proxies(url) or urlsplit(url).path.strip("/"):
        return
    find_endpoint, make_request_dict = client._resolve_endpoint_ruleset, client._convert_to_request_dict  # noqa: SLF001
    client._endpoint = _Endpoint(client, after_time_out=after_time_out)  # noqa: SLF001
    client._resolve_endpoint_ruleset = _remembering(find_endpoint)  # noqa: SLF001
    client._convert_to_request_dict = _writing(make_request_dict, client._serializer)  # noqa: SLF001


def _remembering(find: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint of a quick call depends on nothing but the client. The result is as botocore's."""
    found: dict[str, Any] = {}

    def resolve(model: Any, *args: Any, **options: Any) -> Any:
        if model.name not in QUICK:
            return find(model, *args, **options)
        if model.name not in found:
            found[model.name] = find(model, *args, **options)
        url, headers, properties = found[model.name]
        return url, dict(headers), properties

    return resolve


def _writing(stock: Callable[..., Any], serializer: Any) -> Callable[..., Any]:
    """What makes a request of the parameters of a call."""
    found: dict[str, Mapping[str, str]] = {}  # the headers of an operation, which are always the same

    def convert(api_params: Any, operation_model: Any, endpoint_url: str, **rest: Any) -> Any:
        if operation_model.name not in QUICK:
            return stock(api_params, operation_model, endpoint_url, **rest)
        name = operation_model.name
        if name not in found:
            found[name] = serializer.serialize_to_request(api_params, operation_model)["headers"]
        try:
            body = msgspec.json.encode(api_params)
        except (TypeError, ValueError):  # such as half a surrogate pair
            body = serializer.serialize_to_request(api_params, operation_model)["body"]
        headers = {**found[name], **(rest["headers"] or {})}
        place = {"method": "POST", "url": f"{endpoint_url}/"}
        return {**place, "headers": headers, "body": body, "context": rest["context"]}

    return convert


class _Endpoint:
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
        """The SDK of X-Ray changes botocore's endpoints, to add a header to each request."""
        has_credentials = self._signing._credentials is not None  # noqa: SLF001
        return has_credentials and model.name in QUICK and Endpoint.prepare_request is PREPARE_REQUEST

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
