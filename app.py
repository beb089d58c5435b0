"""The Chalice application: registers the blueprints, nothing else."""

from chalice.app import Chalice

from chalicelib.entrypoints import accounts, console, events, http, queue, system

app = Chalice(app_name="gurukool", configure_logs=False)
app.register_middleware(http.around, "http")
for blueprint in (console.routes, accounts.routes, queue.routes, events.functions, system.routes):
    app.register_blueprint(blueprint)
