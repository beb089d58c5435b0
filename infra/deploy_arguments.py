"""The command line of the program that deploys the stack."""

import argparse

from infra.calls import pair
from infra.target import STACK


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description="Deploy Gurukool to AWS or to the local cloud.")
    options.add_argument("--local", action="store_true", help="the LocalStack at $AWS_ENDPOINT_URL")
    options.add_argument("--stack", metavar="NAME", help=f"name of the stack ({STACK})")
    options.add_argument("--region", help="region of AWS, if not the one of your profile")
    options.add_argument("--app", metavar="FOLDER", help="an application; without it, the samples")
    options.add_argument("--without-app", action="store_true", help="remove the application of the stack")
    options.add_argument("--parameter", action="append", default=[], type=pair, metavar="NAME=VALUE")
    options.add_argument("--tag", action="append", default=[], type=pair, metavar="NAME=VALUE")
    options.add_argument("--plan", action="store_true", help="say what would be changed, and stop")
    options.add_argument(
        "--check", action="store_true", help="say which waiting requests the code cannot take, and stop"
    )
    options.add_argument(
        "--allow-held", action="store_true", help="deploy even if there are some: their queues are held"
    )
    options.add_argument(
        "--allow-replacement",
        action="append",
        default=[],
        metavar="LOGICAL_ID",
        help="replace or remove this table, queue, secret or API, or make a new one beside an older one",
    )
    options.add_argument("--delete", metavar="NAME", help="delete the stack of this name; its tables stay")
    return options


def parse(arguments: list[str]) -> argparse.Namespace:
    """What is given; ends the program with a sentence if two options contradict each other."""
    options = parser()
    given = options.parse_args(arguments)
    if given.delete and given.stack not in (None, given.delete):
        options.error(f"--stack says {given.stack} and --delete says {given.delete}")
    if given.app and given.without_app:
        options.error("--app names an application, and --without-app removes it")
    return given
