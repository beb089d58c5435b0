"""Liveness."""

from chalice.app import Blueprint

routes = Blueprint(__name__)


@routes.route("/api/health", methods=["GET"])
def health() -> dict[str, str]:
    return {"status": "ok"}
