"""Leaves out work of LocalStack's start that is done twice, or for nothing: a third of its CPU time."""

import functools
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from botocore import session
from botocore.loaders import Loader
from werkzeug.routing import Rule

_EC2 = "localstack.aws.api.ec2"
_NAMES_OF_EC2 = ("AvailabilityZoneList", "DescribeAvailabilityZonesResult")
_USER_OF_EC2 = "localstack.services.cloudformation.engine.v2.change_set_model_preproc"

_stock_create_loader = session.create_loader
_stock_compile_builder = Rule._compile_builder  # noqa: SLF001  (Werkzeug's name)


def install() -> None:
    patched: Any = Rule
    patched._compile_builder = _compile_when_used  # noqa: SLF001
    session.create_loader = _create_loader
    _import_without_ec2()


@functools.cache
def _create_loader(data_path: str | None) -> Loader:
    """One for all sessions: each would read the endpoints of all regions, and its services' models, anew."""
    loader = _stock_create_loader(data_path)
    loader._search_paths = _Paths(loader.search_paths)  # noqa: SLF001  (botocore's name)
    return loader


class _Paths(list[str]):
    """Has each path once: every session of boto3 appends its own."""

    def append(self, path: str) -> None:
        if path not in self:
            super().append(path)


def _compile_when_used(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """Compiles what makes a URL from a rule when it is first called.

    Werkzeug compiles two such functions for each rule. LocalStack has thousands of rules, and compares URLs
    with them only.
    """

    @functools.cache
    def compiled() -> Callable[..., tuple[str, str]]:
        return _stock_compile_builder(rule, append_unknown)

    def build(rule: Rule, /, **values: Any) -> tuple[str, str]:  # a value may be called `rule`, too
        return compiled()(rule, **values)

    return build


def _import_without_ec2() -> None:
    """Imports CloudFormation without the thousands of types of EC2's API, of which it names two only.

    They are types of local variables, which Python does not look at.
    """
    if _EC2 in sys.modules or _USER_OF_EC2 in sys.modules:
        return
    sys.modules[_EC2] = ModuleType(_EC2)
    try:
        vars(sys.modules[_EC2]).update(dict.fromkeys(_NAMES_OF_EC2))
        importlib.import_module(_USER_OF_EC2)
    finally:
        del sys.modules[_EC2]
