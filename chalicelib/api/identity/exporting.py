"""Pages of an export: one shape for the user, for administrators, and for services."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from chalicelib.container import Container

if TYPE_CHECKING:
    from chalicelib.core.identity.export import Subject

type Mark = Annotated[
    str, msgspec.Meta(max_length=80, description="The `next` of the answer before; empty: from the beginning")
]


class RecordAnswer(msgspec.Struct):
    """One thing that is stored about a user."""

    kind: Literal["account", "session", "queue", "scheduled", "request", "event", "audit"]
    data: Annotated[msgspec.Raw, msgspec.Meta(description="An object, by the kind")]


class ExportAnswer(msgspec.Struct):
    records: Annotated[list[RecordAnswer], msgspec.Meta(description="May be empty although more follow")]
    next: Annotated[str, msgspec.Meta(description="The `after` of the next call; null at the end")] | None


def page_of(container: Container, subject: "Subject", after: str) -> ExportAnswer:
    """The pieces after that mark, as far as they fit into one answer. Raises InvalidInputError."""
    from chalicelib.api.identity import export_views  # needed by few calls

    pieces = container.identity.export.pieces(subject, after)
    records, mark = export_views.one_answer(pieces, container.adapters.clock, container.queueing.link)
    return ExportAnswer(
        [RecordAnswer(kind.value, msgspec.Raw(text.encode())) for kind, text in records], mark
    )
