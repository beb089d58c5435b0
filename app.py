"""The Chalice application: makes the container and registers what it is handed to, nothing else."""

import gc

# A cold start makes objects by the hundred thousand, and no garbage: looking for it takes a twentieth of it.
gc.disable()

import os  # noqa: E402

from chalice.app import Chalice  # noqa: E402

from chalicelib.container import Container  # noqa: E402

app = Chalice(app_name="gurukool", configure_logs=False)
container = Container(os.environ)

# On Lambda, this names the function that the process is for: it needs no other. Elsewhere it has them all.
function = os.environ.get("_HANDLER")

if function != "app.app":
    from chalicelib import functions

    # Lambda calls these by name: `app.worker`.
    worker, slow_worker, long_worker, sweeper, callbacks, checker = functions.register(app, container)
if function in (None, "app.app"):
    from chalicelib.api import assembly

    assembly.mount(app, container)

# What is there now stays until the process ends, so no later collection looks at it.
gc.freeze()
gc.set_threshold(50_000)
gc.enable()
