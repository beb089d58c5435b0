"""Serves the web console."""

from chalice.app import Blueprint, Response

routes = Blueprint(__name__)


@routes.route("/", methods=["GET"])
def index() -> Response:
    return Response(body="<!doctype html><title>Gurukool</title>", headers={"Content-Type": "text/html; charset=utf-8"})
