"""Checks the calls of functions against the policies of their roles, if GURUKOOL_PERMISSIONS says so.

`report` logs what AWS would refuse, and lists it at GET /_gurukool/permissions; `enforce` also refuses it.
Both make functions reach DynamoDB through LocalStack, since DynamoDB Local knows no roles. Callers that are
no functions may do everything.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException
from localstack.runtime import get_current_runtime
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from gurukool_localstack import settings
from gurukool_localstack.iam.actions import Permission, Place, permissions
from gurukool_localstack.iam.policies import Policy, allow, for_principal
from gurukool_localstack.stores import queue_of

LOG = logging.getLogger(__name__)

PATH = "/_gurukool/permissions"
_PARTITION = "aws"
# What these answer with. The others answer with AccessDeniedException and 400.
_DENIED = dict.fromkeys(("s3", "sqs", "sns"), ("AccessDenied", 403))
# Services that have another name in actions.
_PREFIXES = {"monitoring": "cloudwatch", "email": "ses"}

_refused: Counter[tuple[str, str, str]] = Counter()  # role, action and resource
_roles: dict[str, Any] = {}  # by the access key; a key belongs to one role


def install() -> None:
    if settings.current().permissions != "off":
        handlers.serve_custom_service_request_handlers.append(_check)
        get_current_runtime().components.gateway.request_handlers.insert(0, _list)


def _list(chain: Any, context: Any, response: Any) -> None:
    """Answers with what was refused, as a list of JSON objects."""
    if context.request.path == PATH:
        found = [
            {"role": role, "action": action, "resource": resource, "calls": calls}
            for (role, action, resource), calls in sorted(_refused.items())
        ]
        chain.respond(HTTPStatus.OK, json.dumps(found).encode())
        response.headers["Content-Type"] = "application/json"


def _check(_chain: Any, context: Any, _response: Any) -> None:
    """Raises CommonServiceException if the call is refused."""
    if context.service is None or context.operation is None or context.is_internal_call:
        return
    role = _role(context)
    if role is None:
        return
    signed = context.service.signing_name
    service = _PREFIXES.get(signed, signed)
    place = Place(context.region, context.account_id)
    policies = list(_policies(role))
    for permission in permissions(service, context.operation.name, context.service_request or {}, place):
        if not allow([*policies, *_of_queue(permission[1], role.arn)], *permission):
            _refuse(role, service, permission)


def _refuse(role: Any, service: str, permission: Permission) -> None:
    action, resource = permission
    message = (
        f"User: {role.arn} is not authorized to perform: {action} on resource: {resource or '*'} "
        f"because no identity-based policy allows the {action} action"
    )
    _refused[role.name, action, resource or "*"] += 1
    LOG.warning("AWS would refuse this call. %s", message)
    if settings.current().permissions == "enforce":
        code, status = _DENIED.get(service, ("AccessDeniedException", 400))
        raise CommonServiceException(code, message, status_code=status, sender_fault=True)


def _role(context: Any) -> Any:
    """The role of the function that calls; None if the caller is no function, or its role does not exist."""
    key = extract_access_key_id_from_auth_header(context.request.headers) or _of_signed_url(context)
    if not key:
        return None
    if key not in _roles:
        _roles[key] = _find_role(context.account_id, key)
    return _roles[key]


def _of_signed_url(context: Any) -> str:
    """The access key with which a URL was signed; "" if it was not."""
    return str(context.request.args.get("X-Amz-Credential", "")).partition("/")[0]


def _find_role(account: str, key: str) -> Any:
    for assumed in sts_backends[account][_PARTITION].assumed_roles:
        if assumed.access_key_id == key:
            roles = list(iam_backends[account][_PARTITION].roles.values())
            return next((role for role in roles if role.arn == assumed.role_arn), None)
    return None


def _of_queue(arn: str | None, principal: str) -> Iterator[Policy]:
    """What the policy of a queue says about the principal."""
    queue = queue_of(arn) if arn else None
    if queue is not None and (document := queue.attributes.get("Policy")):
        yield for_principal(json.loads(document), principal)


def _policies(role: Any) -> Iterator[Policy]:
    """The documents of the role's own policies and of those that are attached to it."""
    for document in list(role.policies.values()):
        yield json.loads(document if document.lstrip().startswith("{") else unquote(document))
    for policy in list(role.managed_policies.values()):
        yield json.loads(next(version.document for version in policy.versions if version.is_default))
