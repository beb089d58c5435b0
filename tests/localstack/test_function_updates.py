"""A function that is changed or deleted while it works."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import deploy, processes_named, zipped
from tests.patience import PATIENCE_S

SOURCE = """
    import pathlib, time

    def handler(event, context):
        notes = pathlib.Path(event["notes"])
        (notes / "begun").touch()
        while not (notes / "changed").exists():
            time.sleep(0.05)
        import late
        return late.WORD
"""


SECOND = "def handler(event, context): return 'new'"


@pytest.mark.parametrize("change", ["code", "configuration", "deletion"])
def test_a_busy_function_that_is_changed_finishes_first(
    emulator: Emulator, tmp_path: Path, change: str
) -> None:
    """On AWS too. Even what it imports only then is still there; afterwards its process ends."""
    client = emulator.client("lambda")
    function = deploy(emulator, SOURCE, files={"late.py": "WORD = 'finished'"}, Timeout=60)
    code = zipped({"app.py": SECOND})
    changes = {
        "code": lambda: client.update_function_code(FunctionName=function.name, ZipFile=code),
        "configuration": lambda: client.update_function_configuration(FunctionName=function.name, Timeout=9),
        "deletion": function.delete,
    }
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(function.invoke, notes=str(tmp_path))
        assert wait_until((tmp_path / "begun").exists, PATIENCE_S)
        changes[change]()
        (tmp_path / "changed").touch()
    assert answer.result().payload == "finished"
    assert wait_until(lambda: not processes_named(function.name), PATIENCE_S)


def test_functions_with_the_same_code_share_it_and_each_keeps_it_when_another_goes(
    emulator: Emulator,
) -> None:
    source = """
        import os
        def handler(event, context):
            import late
            return late.WORD, os.environ["LAMBDA_TASK_ROOT"]
    """
    one, other = (deploy(emulator, source, files={"late.py": "WORD = 'here'"}) for _ in range(2))
    word, place = one.invoke().payload

    one.delete()
    assert wait_until(lambda: not processes_named(one.name), PATIENCE_S)

    assert other.invoke().payload == [word, place] == ["here", place]
    other.delete()
    assert wait_until(lambda: not Path(place).exists(), PATIENCE_S)


def test_code_that_lies_about_is_not_taken_for_the_code_of_a_function(emulator: Emulator) -> None:
    """It may be that of an earlier LocalStack with the same temporary files, or of another user."""
    source = """
        import os
        def handler(event, context):
            return os.environ["LAMBDA_TASK_ROOT"]
    """
    first = deploy(emulator, source)
    *_, bucket, _digest, _code = Path(first.invoke().payload).parts
    digest = hashlib.sha256(zipped({"app.py": SECOND})).hexdigest()
    left = emulator.state / "tmp" / "lambda" / bucket / digest / "code"
    left.mkdir(parents=True)
    (left / "app.py").write_text("def handler(event, context): return 'left'")

    second = deploy(emulator, SECOND)

    assert second.invoke().payload == "new"
    for function in (first, second):
        function.delete()


def test_code_that_is_read_from_a_folder_of_the_developer_stays_there(
    emulator: Emulator, tmp_path: Path
) -> None:
    """LocalStack's hot reloading. https://docs.localstack.cloud/aws/tooling/lambda-tools/hot-reloading/"""
    folder, note = tmp_path / "sources" / "function", tmp_path / "sources" / "note"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text("def handler(event, context): return 'from a folder'")
    note.touch()
    function = deploy(emulator, "", Code={"S3Bucket": "hot-reload", "S3Key": str(folder)})
    assert function.invoke().payload == "from a folder"

    function.delete()

    assert wait_until(lambda: not processes_named(function.name), PATIENCE_S)
    assert note.exists()
    assert (folder / "app.py").exists()
