"""Stands in for LocalStack: starts a child and answers every GET.

The file `behaviour` beside it says how it does: well (200), sick (503), sick until it is started anew, dies
(at the start). Its database is a process of its own, as DynamoDB Local is. Run as LocalStack is, with its
environment, and with arguments that it does not look at.
"""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

BEHAVIOUR = Path(sys.argv[0]).with_name("behaviour")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_sick = BEHAVIOUR.read_text().startswith("sick")
        self.send_response(503 if is_sick else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name in the base class)
        """Quiet."""


def serve(address: str) -> None:
    host, _, port = address.partition(":")
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()


def main() -> None:
    if BEHAVIOUR.read_text() == "dies":
        sys.exit("Out of luck.")
    if BEHAVIOUR.read_text() == "sick until it is started anew":
        BEHAVIOUR.write_text("well")
    child = {**os.environ, "LAMBDA_TASK_ROOT": f"{os.environ['GURUKOOL_STATE']}/code"}
    sleep = "import time; time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", sleep, "lambda:fake-worker"], env=child, start_new_session=True)
    server = ["-m", "http.server", os.environ["DYNAMODB_LOCAL_PORT"], "--bind", "127.0.0.1"]
    subprocess.Popen([sys.executable, *server], cwd=os.environ["GURUKOOL_STATE"])
    api = f"127.0.0.1:{os.environ['GURUKOOL_API_PORT']}"
    for address in (os.environ["GATEWAY_LISTEN"], api):
        Thread(target=serve, args=[address]).start()


main()
