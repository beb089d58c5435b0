"""The application's zip file and the template, which Chalice makes from app.py."""

import json
import shutil
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bootstrap.cache import CHECKOUT, Entry
from bootstrap.commands import run
from infra import archive, loadable, template

STAGE = "live"
TEMPLATE = "template.json"
ARCHIVE = "application.zip"
ANY_METHOD = "x-amazon-apigateway-any-method"
# `memory` and `testing` are for tests of applications.
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "memory", "testing")
PUBLIC = "gurukool"


def build() -> Path:
    """The directory with both, from the cache if they were made from the same sources before."""
    with TemporaryDirectory(prefix="gurukool-package-") as temporary:
        project = Path(temporary) / "project"
        _copy_sources(project)
        entry = Entry("application", *_contents(project), *_builders())
        entry.ensure(partial(_build, project))
        return entry.path


def _copy_sources(project: Path) -> None:
    """The copy has no requirements: Chalice would install them by pip, and only warn if one has no wheel."""
    for part in ("chalicelib", PUBLIC, "infra/policies"):
        shutil.copytree(CHECKOUT / part, project / part, ignore=NOT_SHIPPED)
    (project / ".chalice").mkdir()
    for part in ("app.py", ".chalice/config.json"):
        shutil.copyfile(CHECKOUT / part, project / part)
    (project / "requirements.txt").touch()
    (project / "merge.json").write_text(json.dumps(template.load()))


def _contents(project: Path) -> list[bytes]:
    files = sorted(path for path in project.rglob("*") if path.is_file())
    return [f"{path.relative_to(project)}\n".encode() + path.read_bytes() for path in files]


def _builders() -> list[bytes]:
    """What makes the zip file, and what it must be loadable with: modules, Chalice, packages that ship."""
    modules = [Path(module.__file__ or "") for module in (archive, loadable)]
    requirements = [CHECKOUT / "requirements.txt", CHECKOUT / "requirements-dev.txt"]
    return [path.read_bytes() for path in (Path(__file__), *modules, *requirements)]


def _build(project: Path, directory: Path) -> None:
    loadable.require_loadable(project)
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
    _write_application(chalice / "deployment.zip", project / PUBLIC, directory / ARCHIVE)
    _write_template(chalice / "sam.json", directory / TEMPLATE)
    shutil.rmtree(chalice)


def _write_application(source: Path, public: Path, target: Path) -> None:
    """Chalice's zip again, with the public package, with byte code and in a fixed order."""
    content = source.with_suffix("")
    shutil.unpack_archive(source, content)
    shutil.copytree(public, content / public.name, ignore=NOT_SHIPPED)
    archive.byte_compile(content, "/var/task")
    archive.write_zip(content, target)


def _write_template(source: Path, target: Path) -> None:
    packaged = json.loads(source.read_text())
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
