"""The operations and pages of one subject, as its module declares them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from chalice.app import Response

from chalicelib.core.errors import GurukoolError
from chalicelib.web.call import BODY_LIMIT
from chalicelib.web.operations import Operation, View


class Declare(Protocol):
    def __call__[V: View](self, view: V, /) -> V: ...


type Page = tuple[str, Callable[..., Response]]
"""The path and the view of a file for browsers, which is not part of the API and not documented."""


class Routes:
    """A collection of operations. Declaring one only notes it here; `mounting.mount` puts it to work.

    >>> routes = Routes("Things")
    >>> @routes.endpoint("GET", "/api/things/{name}", "Show a thing")
    ... def show_thing(name: str, limit: int = 50) -> dict[str, int]:
    ...     return {name: limit}
    >>> [operation.operation_id for operation in routes.operations]
    ['showThing']
    """

    def __init__(self, tag: str = "", permission: str | None = None) -> None:
        """The document groups operations by their `tag`, and callers of all of them need the `permission`."""
        self.operations: list[Operation] = []
        self.pages: list[Page] = []
        self._tag = tag
        self._permission = permission

    def endpoint(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        status: HTTPStatus | tuple[HTTPStatus, ...] = HTTPStatus.OK,
        raises: tuple[type[GurukoolError], ...] = (),
        headers: tuple[str, ...] = (),
        body_limit: int = BODY_LIMIT,
        head: bool = False,
        permission: str | None = None,
    ) -> Declare:
        """Declare an operation; the view's signature says what it takes and answers, and is enforced.

        `principal` is the authenticated caller, and `container` what the application was mounted with. `body`
        is the JSON body as its type. Arguments named in the path come from there, those marked as Header from
        the headers, all others from the query. `call: Call` gives the rest. What the view returns is the JSON
        answer; None is 204. What it raises becomes a problem document: `raises` lists the errors that do not
        follow from the signature. With several statuses the first is the usual one. With `head` the call may
        be made with HEAD as well, which monitors do. `body_limit` is in bytes. `permission` is what callers
        of this operation need, if it is not that of all of them.
        """
        statuses = status if isinstance(status, tuple) else (status,)

        def declare[V: View](view: V) -> V:
            self.operations.append(
                Operation(
                    method=method,
                    path=path,
                    summary=summary,
                    view=view,
                    statuses=statuses,
                    raises=raises,
                    headers=headers,
                    tag=self._tag,
                    permission=permission or self._permission,
                    body_limit=body_limit,
                    head=head,
                )
            )
            return view

        return declare

    def page(self, path: str) -> Declare:
        """Declare a page, for GET and HEAD. The view takes the call and the arguments named in the path."""

        def declare[V: View](view: V) -> V:
            self.pages.append((path, view))
            return view

        return declare
