"""The Chalice application: registers the blueprints, nothing else."""

from chalice.app import Chalice

from chalicelib.entrypoints import console, events, system

app = Chalice(app_name="gurukool")
for blueprint in (console.routes, events.functions, system.routes):
    app.register_blueprint(blueprint)
