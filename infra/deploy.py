"""Deploys the stack to AWS or to the local cloud, or deletes it.

localstack/run -m infra.deploy [--stack NAME] [--region REGION] [--app FOLDER | --without-app]
    [--parameter NAME=VALUE ...] [--plan | --check] [--allow-held]
localstack/run -m infra.deploy --local [...]
localstack/run -m infra.deploy --delete NAME [...]
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from botocore.exceptions import BotoCoreError, ClientError

from infra import (
    account,
    check_account,
    deploy_arguments,
    deployed_release,
    leftovers,
    parameters,
    refusals,
    sweep,
    template,
    variables,
)
from infra.application import TEMPLATE
from infra.apps import deployed, folder, secret_settings
from infra.apps.folder import App
from infra.artefacts import Artefacts
from infra.calls import called_with
from infra.errors import GOES_ON, DeployError, ending_in_a_sentence, reason_of
from infra.events import Report
from infra.package import package
from infra.stack import Stack, Wanted
from infra.target import STACK, Target, local_cloud, on_aws

Outputs = dict[str, str]
LOCAL_ENDPOINT = "http://127.0.0.1:4566"
# Seconds between two queries about a stack that is being changed.
LOCAL_PAUSE = 0.1
AWS_PAUSE = 2.0
# The parameters that decide which requests are taken, by the variables of the functions.
HANDLERS = {
    "SAMPLE_HANDLERS": "SampleHandlers",
    "SYNTHETIC_CHECK": "SyntheticCheck",
    "ALLOWED_HOSTS": "AllowedHosts",
}
INTERRUPTED = 130  # exit status, as that of a shell
HELD = (
    "Nothing was changed. These requests would not fail, but their queues would be held until code that can "
    "take them is deployed. To deploy all the same, say --allow-held."
)


@dataclass(frozen=True, slots=True)
class Options:
    """How to deploy."""

    plan: bool = False  # only report what would be changed
    check: bool = False  # only report which waiting requests the code cannot take
    allow_held: bool = False  # deploy although there are some: their queues are held
    tags: Mapping[str, str] = field(default_factory=dict)
    app: App | None = None  # None: the samples
    app_is_noted: bool = False  # nobody has named `app`: the stack must have it already, or none
    without_app: bool = False  # leave out the application that the stack has
    replaceable: tuple[str, ...] = ()
    """Logical ids of resources that may be replaced or removed on AWS; in the local cloud, all may."""
    wake_ups_lost: bool = False  # the messages of SQS are gone, so every queue with work is woken


def deploy(
    target: Target, given: Mapping[str, str], report: Report, options: Options | None = None
) -> Outputs:
    """Creates or updates the stack and returns its outputs.

    A parameter that is not given keeps its value in the stack. Raises SetupError with the reason if that
    fails, and botocore's own errors if the cloud cannot be reached or refuses the credentials.
    """
    options = options or Options()
    stack = _stack(target, report)
    if options.app and target.local:
        given = options.app.local_parameters() | dict(given)
    before = stack.outputs()
    if not options.without_app:
        deployed.require(before, options.app, noted=options.app_is_noted)
    for doubt in options.app.doubts() if options.app else ():
        report(doubt)
    values = _values(target, stack, given, report, options.app)
    deployed_release.check(before, report)
    with TemporaryDirectory(prefix="gurukool-deploy-") as temporary:
        report("packaging the application")
        has = {"oidc": bool(values["OidcIssuer"]), "uploads": values["Uploads"] == "on"}
        package(values["Architecture"], Path(temporary), options.app, **has, on_mac=target.on_mac)
        variables.check(json.loads((Path(temporary) / TEMPLATE).read_text()), values, target)
        handlers = {variable: values[name] for variable, name in HANDLERS.items()}
        _look_at_waiting(target, before, handlers, Path(temporary), report, options=options)
        if options.check:
            return before
        report("sending it")
        url = Artefacts(target).upload(Path(temporary))
    wanted = _wanted(target, url, values, report, options, is_update=bool(before))
    if options.plan:
        stack.plan(wanted)
        return before
    stack.apply(wanted)
    if not target.local:
        _protect(stack, report)
    outputs = _outputs(stack)
    sweep.invoke(target, report, wake_ups_lost=options.wake_ups_lost)
    check_account.prepare(target, outputs, report)
    if options.app:
        secret_settings.prepare(target, outputs, options.app, report)
    return outputs


def _wanted(
    target: Target,
    url: str,
    values: Mapping[str, str],
    report: Report,
    options: Options,
    *,
    is_update: bool,
) -> Wanted:
    """In the local cloud, everything may be replaced. A new stack always begins with empty tables."""
    if target.local:
        return Wanted(url, values, options.tags)
    allowed = options.replaceable
    check = partial(leftovers.refuse, target, allowed=allowed, report=report) if is_update else None
    return Wanted(url, values, options.tags, allowed, check)


def _protect(stack: Stack, report: Report) -> None:
    """Unless it is protected already. If that fails, the deployment is no failure."""
    try:
        if not (stack.describe() or {}).get("EnableTerminationProtection"):
            stack.protect(True)
    except (BotoCoreError, ClientError) as error:
        report(
            f"The stack is not protected against deletion ({reason_of(error)}): deploy again, with the "
            "permission cloudformation:UpdateTerminationProtection."
        )


def _outputs(stack: Stack) -> Outputs:
    """Those of the stack that was changed a moment ago. Raises DeployError."""
    try:
        return stack.outputs()
    except (BotoCoreError, ClientError) as error:
        unread = f"The stack is changed, but its outputs could not be read ({reason_of(error)})."
        raise DeployError(f"{unread} Run this again: the secrets were not looked at.") from error


def delete(target: Target, report: Report) -> None:
    """Deletes the stack, but not its tables, since they hold accepted requests. Raises DeployError."""
    _stack(target, report).delete()


def _values(
    target: Target, stack: Stack, given: Mapping[str, str], report: Report, app: App | None
) -> dict[str, str]:
    """The values of the parameters. Raises DeployError if one is wrong, or more than the account allows."""
    declared = template.load(app)["Parameters"]
    before = stack.parameters()
    values = parameters.resolve(declared, target.parameters | before, given)
    parameters.check_name(target.stack, before, values)
    parameters.check_indexes(before, values)
    parameters.check_shards(before, given, values, local=target.local)
    if not target.local:
        limit = account.concurrency_limit(target.client("lambda"))
        account.check_concurrency(limit, values, report)
        if account.ALARM not in {*before, *given}:
            values[account.ALARM] = str(account.alarming(limit))
        for sentence in parameters.lost(declared, before, values):
            report(sentence)
    return values


def _look_at_waiting(
    target: Target,
    outputs: Outputs,
    handlers: Mapping[str, str],
    packaged: Path,
    report: Report,
    *,
    options: Options,
) -> None:
    """Raises DeployError if the queue of a waiting request would be held and nobody has allowed that."""
    if "QueuesTable" not in outputs:
        return
    refused = refusals.look(target, outputs, packaged, report, environment=handlers, app=options.app)
    goes_on = target.local or options.check or options.plan or options.allow_held
    if refused and not goes_on and os.environ.get("CI") != "true":
        raise DeployError(HELD)


def _stack(target: Target, report: Report) -> Stack:
    if not target.local:
        number = target.client("sts").get_caller_identity()["Account"]
        report(f"stack {target.stack} in account {number} of AWS, region {target.region}")
    seconds = LOCAL_PAUSE if target.local else AWS_PAUSE
    return Stack(target.client("cloudformation"), target.stack, report, lambda: time.sleep(seconds))


def main(arguments: list[str]) -> None:
    given = deploy_arguments.parse(arguments)
    try:
        with ending_in_a_sentence():
            _run(given)
    except KeyboardInterrupt:
        print(f"Interrupted. {GOES_ON}", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _run(given: argparse.Namespace) -> None:
    target = _target(given)
    if given.delete:
        delete(target, print)
        return
    app = folder.read(called_with(given.app)) if given.app else None
    replaceable = tuple(given.allow_replacement)
    options = Options(
        plan=given.plan,
        check=given.check,
        allow_held=given.allow_held,
        tags=dict(given.tag),
        app=app,
        without_app=given.without_app,
        replaceable=replaceable,
    )
    print(json.dumps(deploy(target, dict(given.parameter), print, options), indent=2))


def _target(given: argparse.Namespace) -> Target:
    stack = given.delete or given.stack or STACK
    if given.local:
        return local_cloud(os.environ.get("AWS_ENDPOINT_URL", LOCAL_ENDPOINT), stack)
    return on_aws(stack, given.region)


if __name__ == "__main__":
    main(sys.argv[1:])
