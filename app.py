"""The Chalice application: registers the blueprints, nothing else."""

import os

from chalice.app import Chalice

from chalicelib.entrypoints import events

app = Chalice(app_name="gurukool", configure_logs=False)
app.register_blueprint(events.functions)

# Lambda says which function it starts. Without the HTTP API a worker's cold start is a fifth shorter.
if os.environ.get("_HANDLER", "app.app") == "app.app":
    from chalicelib.entrypoints import accounts, admin, console, http, queue, system

    app.register_middleware(http.around, "http")
    for module in (console, accounts, queue, admin, system):
        app.register_blueprint(module.routes)
