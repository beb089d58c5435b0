"""A stack of its own on the test's emulator: all examples, and receivers and a provider that it calls."""

import importlib.util
import json
import shutil
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser

from chalicelib.webhooks.signing import receiver_secret
from infra.apps import folder
from infra.deploy import Options, deploy
from infra.target import local_cloud
from local_cloud.api_client import Api
from local_cloud.emulator import Emulator
from tests.browser.launching import launched
from tests.conftest import api_url_of
from tests.e2e.users import User, sign_up
from tests.examples.together import put_together
from tests.free_ports import free_ports
from tests.identity_provider.provider import AUDIENCE, Provider

EXAMPLES = Path(__file__).parents[2] / "examples"
BESIDE = ("approval.py", "average.py", "relay.py")  # handlers of the tests
STACK = "examples"
HOST = "127.0.0.1"
PARAMETERS = {
    "SettingLargestTransferCents": "1000",
    "SettingWordsPerSecond": "60",
    "SettingSecondsPerPage": "0.6",
    "Uploads": "on",
}


@dataclass(frozen=True)
class ExamplesStack:
    emulator: Emulator
    api: Api
    api_url: str
    outputs: dict[str, str]
    receiver_port: int  # of the one host that requests of type `http` may call
    shop_port: int  # of the one host that callbacks may call
    webhook_secret: str  # of both


@pytest.fixture(scope="session")
def identity_provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture(scope="session")
def deployed(
    emulator: Emulator, identity_provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ExamplesStack]:
    together, ports = tmp_path_factory.mktemp("examples"), free_ports()
    put_together(sorted(path.parent for path in EXAMPLES.glob("*/handlers")), together)
    for name in BESIDE:
        shutil.copyfile(Path(__file__).with_name(name), together / "handlers" / name)
    hosts = {
        "AllowedHosts": f"http://{HOST}:{ports.api}",
        "CallbackHosts": f"http://{HOST}:{ports.edge}",
    }
    # The local cloud receives the traces of all that these tests do, from both exporters.
    hosts |= {"OtlpEndpoint": f"{emulator.edge_url}/_gurukool", "Tracing": "on"}
    provider = {"OidcIssuer": identity_provider.issuer, "OidcAudience": AUDIENCE}
    target = local_cloud(emulator.edge_url, STACK)
    outputs = deploy(target, PARAMETERS | hosts | provider, print, Options(app=folder.read(together)))
    url = api_url_of(emulator, STACK)
    with Api(url) as client:
        secret = _secret(emulator, outputs)
        yield ExamplesStack(emulator, client, url, outputs, ports.api, ports.edge, secret)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def user(deployed: ExamplesStack) -> User:
    return sign_up(deployed.api)


@pytest.fixture
def inbox(deployed: ExamplesStack) -> Iterator[Any]:
    """Of the example's receiver, which answers each second delivery 503."""
    receiver = _load(EXAMPLES / "webhooks/receiver.py")
    inbox = receiver.Inbox(deployed.webhook_secret, fail_every=2)
    collector = f"{deployed.emulator.edge_url}/_gurukool"
    with receiver.serve(inbox, deployed.receiver_port, collector) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield inbox
        server.shutdown()
        thread.join()


def _secret(emulator: Emulator, outputs: dict[str, str]) -> str:
    """The receiver's own, as docs/webhooks.md derives it."""
    secrets = emulator.client("secretsmanager")
    stored = json.loads(secrets.get_secret_value(SecretId=outputs["WebhookKeysArn"])["SecretString"])
    return f"whsec_{b64encode(receiver_secret(stored['key'], HOST)).decode()}"


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
