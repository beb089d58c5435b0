"""Operations: what each takes and answers, read from the signature of its view.

The signature is the one declaration of both what is enforced (mounting.py) and what is documented
(openapi.py).
"""

import inspect
import re
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from types import UnionType
from typing import Annotated, Any, NamedTuple, Self, get_args, get_origin, get_type_hints

from chalicelib.core.errors import GurukoolError

type View = Callable[..., Any]

NOT_PARAMETERS = frozenset({"call", "principal", "container", "body"})
REQUIRED = inspect.Parameter.empty


class Place(StrEnum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"


class Header(NamedTuple):
    """Marks a view's argument as a header: `Annotated[str | None, Header("Idempotency-Key")] = None`."""

    name: str


class Parameter(NamedTuple):
    argument: str  # of the view
    name: str  # as the caller writes it
    place: Place
    type: Any
    default: Any  # REQUIRED if there is none


class Signature(NamedTuple):
    parameters: tuple[Parameter, ...]
    body: Any  # the type of the JSON body; None: the call takes none
    answer: Any  # the type of the JSON answer; None: there is none
    may_be_empty: bool  # the view may return None, which is answered as 204
    wants: frozenset[str]  # which of NOT_PARAMETERS the view takes


class Operation(NamedTuple):
    """One method of one path, as its module declares it on Routes."""

    method: str
    path: str  # with {names}
    summary: str
    view: View
    statuses: tuple[HTTPStatus, ...]  # of its answers: the usual one, then those that the view may choose
    raises: tuple[type[GurukoolError], ...]  # beyond those that follow from the signature
    headers: tuple[str, ...]  # of the answer
    tag: str  # the subject that it belongs to, in the document
    permission: str | None  # what the caller needs beyond being signed in
    body_limit: int  # bytes
    head: bool  # may be called with HEAD as well
    on_behalf: Parameter | None = None  # of the path, which names for whom the caller acts; None: for itself
    suffix: str = ""  # of the operation id

    @property
    def signature(self) -> Signature:
        own = read_signature(self.view, self.path)
        return own._replace(parameters=(self.on_behalf, *own.parameters)) if self.on_behalf else own

    @property
    def operation_id(self) -> str:
        """The view's name in camel case, and the suffix. Generated clients name their methods by it."""
        return self.own_id + self.suffix

    @property
    def own_id(self) -> str:
        """The operation id of the same operation, done by callers for themselves."""
        first, *others = self.view.__name__.split("_")
        return first + "".join(word.capitalize() for word in others)

    def on_behalf_of(self, parameter: Parameter, base: str, instead: str, tag: str, suffix: str) -> Self:
        """The same operation for callers who act for somebody else, whom the path names.

        Its path begins with `instead`, which has the parameter, where this one's begins with `base`.
        """
        path = instead + self.path.removeprefix(base)
        return self._replace(path=path, on_behalf=parameter, tag=tag, suffix=suffix)

    @property
    def signed_in(self) -> bool:
        return "principal" in self.signature.wants

    @property
    def takes_body(self) -> bool:
        return self.signature.body is not None


@cache
def read_signature(view: View, path: str) -> Signature:
    """What the view's annotations say. Read when it is first needed: a cold start needs only one of them."""
    hints = get_type_hints(view, include_extras=True)
    returned = hints.pop("return")
    answers = get_args(returned) if isinstance(returned, UnionType) else (returned,)
    in_path = set(re.findall(r"{(\w+)}", path))
    arguments = inspect.signature(view).parameters
    return Signature(
        parameters=tuple(
            _parameter(name, hints[name], argument.default, in_path)
            for name, argument in arguments.items()
            if name not in NOT_PARAMETERS
        ),
        body=hints.get("body"),
        answer=next((type_ for type_ in answers if type_ is not type(None)), None),
        may_be_empty=type(None) in answers,
        wants=NOT_PARAMETERS & set(arguments),
    )


def _parameter(argument: str, type_: Any, default: Any, in_path: set[str]) -> Parameter:
    if argument in in_path:
        return Parameter(argument, argument, Place.PATH, type_, REQUIRED)
    marks = type_.__metadata__ if get_origin(type_) is Annotated else ()
    for mark in marks:
        if isinstance(mark, Header):
            return Parameter(argument, mark.name, Place.HEADER, type_, default)
    return Parameter(argument, argument, Place.QUERY, type_, default)
