"""The zip file with the functions' code and the template, which Chalice makes from app.py.

An application's handlers are in the zip file, beside chalicelib.
"""

import json
import shutil
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from bootstrap.cache import CHECKOUT, Entry
from bootstrap.commands import run
from chalicelib.handlers.manifest import FILE as MANIFEST
from infra import archive, loadable, template
from infra.apps import requirements
from infra.apps.folder import HANDLERS, App

STAGE = "live"
TEMPLATE = "template.json"
ARCHIVE = "application.zip"
ANY_METHOD = "x-amazon-apigateway-any-method"
LEFTOVERS = ("__pycache__", "*.pyc", ".*")
# In Gurukool's own packages, `memory` and `testing` are for tests of applications.
NOT_SHIPPED = shutil.ignore_patterns(*LEFTOVERS, "memory", "testing")
# An application's tests are beside its folder of handlers, where a module may have any name.
NOT_SHIPPED_OF_APPLICATION = shutil.ignore_patterns(*LEFTOVERS)
PUBLIC = "gurukool"
# Functions that know which code they are, so that queues which other code has held are looked at again.
FINGERPRINTED = ("Worker", "SlowWorker", "LongWorker", "Sweeper")
FINGERPRINT_LENGTH = 12
WORKERS_POLICIES = ("worker.json", "slow_worker.json", "long_worker.json")


def build(app: App | None = None) -> Path:
    """The directory with both, from the cache if they were made from the same sources before."""
    with TemporaryDirectory(prefix="gurukool-package-") as temporary:
        project = Path(temporary) / "project"
        _copy_sources(project, app)
        packages = requirements.installed(app.path) if app else None
        entry = Entry("application", *_contents(project), *_builders(), str(packages).encode())
        entry.ensure(partial(_build, project, packages))
        return entry.path


def _copy_sources(project: Path, app: App | None) -> None:
    """The copy has no requirements: Chalice would install them by pip, and only warn if one has no wheel."""
    for part in ("chalicelib", PUBLIC, "infra/policies"):
        shutil.copytree(CHECKOUT / part, project / part, ignore=NOT_SHIPPED)
    (project / ".chalice").mkdir()
    for part in ("app.py", ".chalice/config.json"):
        shutil.copyfile(CHECKOUT / part, project / part)
    (project / "requirements.txt").touch()
    (project / "merge.json").write_text(json.dumps(template.load(app)))
    if app:
        _copy_application(project, app)


def _copy_application(project: Path, app: App) -> None:
    shutil.copytree(app.handlers, project / HANDLERS, ignore=NOT_SHIPPED_OF_APPLICATION)
    (project / MANIFEST).write_bytes(msgspec.json.encode(app.manifest))
    for name in WORKERS_POLICIES:
        path = project / "infra/policies" / name
        policy = json.loads(path.read_text())
        policy["Statement"] += app.statements
        path.write_text(json.dumps(policy))


def _contents(project: Path) -> list[bytes]:
    files = sorted(path for path in project.rglob("*") if path.is_file())
    names = [f"{path.relative_to(project)} {archive.mode(path):o}\n" for path in files]
    return [name.encode() + path.read_bytes() for name, path in zip(names, files, strict=True)]


def _builders() -> list[bytes]:
    """What makes the zip file, and what it must be loadable with: modules, Chalice, packages that ship."""
    modules = [Path(module.__file__ or "") for module in (archive, loadable)]
    packages = [CHECKOUT / "requirements.txt", CHECKOUT / "requirements-dev.txt"]
    return [path.read_bytes() for path in (Path(__file__), *modules, *packages)]


def _build(project: Path, packages: Path | None, directory: Path) -> None:
    loadable.require_loadable(project, packages)
    chalice = directory / "chalice"
    merge = project.with_name("merge.json")
    (project / merge.name).rename(merge)
    run(
        # Chalice has no __main__. The functions' runtime is that of the interpreter which runs it.
        *(sys.executable, "-I", "-B", "-c", "import sys; from chalice.cli import main; sys.exit(main())"),
        *("package", "--stage", STAGE, "--merge-template", merge, chalice),
        cwd=project,
        environment={"AWS_DEFAULT_REGION": "us-east-1"},
    )
    _write_application(chalice / "deployment.zip", project, directory / ARCHIVE)
    fingerprints = [_fingerprint(directory / ARCHIVE, packages, checked=checked) for checked in (True, False)]
    _write_template(chalice / "sam.json", directory / TEMPLATE, *fingerprints)
    shutil.rmtree(chalice)


def _write_application(source: Path, project: Path, target: Path) -> None:
    """Chalice's zip again, with the public package and the handlers, with byte code and in a fixed order."""
    content = source.with_suffix("")
    shutil.unpack_archive(source, content)
    for name in (PUBLIC, HANDLERS):
        if (project / name).is_dir():
            shutil.copytree(project / name, content / name)
    if (project / MANIFEST).exists():
        shutil.copyfile(project / MANIFEST, content / MANIFEST)
    archive.byte_compile(content, "/var/task")
    archive.write_zip(content, target)


def _fingerprint(code: Path, packages: Path | None, *, checked: bool) -> str:
    """Of all that decides which requests the code can take: the same for the same sources.

    `checked`: for a deployment with a synthetic check, whose requests are of a type of their own.
    """
    shipped = (CHECKOUT / "requirements.txt").read_bytes() + str(packages).encode()
    further = b"synthetic check" if checked else b""
    return sha256(code.read_bytes() + shipped + further).hexdigest()[:FINGERPRINT_LENGTH]


def _write_template(source: Path, target: Path, with_check: str, without: str) -> None:
    """The arguments after the paths are fingerprints."""
    own = [{"Fn::Sub": f"{fingerprint}-${{SampleHandlers}}"} for fingerprint in (with_check, without)]
    packaged = json.loads(source.read_text())
    for function in FINGERPRINTED:
        variables = packaged["Resources"][function]["Properties"]["Environment"]["Variables"]
        variables["CODE_FINGERPRINT"] = {"Fn::If": ["HasSyntheticCheck", *own]}
    for resource in packaged["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"./{ARCHIVE}"
    _answer_every_method(packaged["Resources"]["RestAPI"]["Properties"]["DefinitionBody"])
    target.write_text(json.dumps(packaged, indent=2, sort_keys=True))


def _answer_every_method(api: dict[str, Any]) -> None:
    """Let the application answer 405, and a browser's OPTIONS, on its paths; the gateway would say 404."""
    for path in api["paths"].values():
        integration = next(iter(path.values()))["x-amazon-apigateway-integration"]
        described = {"responses": {}, "x-amazon-apigateway-integration": integration}
        parameters = next(iter(path.values())).get("parameters")
        path[ANY_METHOD] = {**described, **({"parameters": parameters} if parameters else {})}
