"""The Chalice application: registers the blueprints, nothing else."""

import gc
import os

from chalice.app import Chalice

from chalicelib.functions import events

# A cold start makes objects by the hundred thousand, and no garbage: looking for it takes a twentieth of it.
gc.set_threshold(50_000)

app = Chalice(app_name="gurukool", configure_logs=False)
app.register_blueprint(events.functions)

# Lambda says which function it starts: the worker and the sweeper do without the HTTP API.
if os.environ.get("_HANDLER", "app.app") == "app.app":
    from chalicelib.api import accounts, admin, console, docs, outcomes, queue, system
    from chalicelib.web import middleware

    app.register_middleware(middleware.around, "http")
    for module in (console, docs, accounts, queue, outcomes, admin, system):
        app.register_blueprint(module.routes)
