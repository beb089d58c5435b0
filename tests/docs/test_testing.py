"""The code of docs/testing.md is run as an application's author would run it."""

import os
import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs/testing.md").read_text()
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
FAILING = "test_no_crash_charges_twice"


def test_its_tests_pass_and_the_one_that_fails_says_what_the_page_says(tmp_path: Path) -> None:
    handlers, *tests = [code for language, code in BLOCK.findall(PAGE) if language == "python"]
    (shown,) = [text for language, text in BLOCK.findall(PAGE) if language == "text"]
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers/payments.py").write_text(handlers)
    (tmp_path / "test_payments.py").write_text("\n".join(tests))

    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_payments.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert f"FAILED test_payments.py::{FAILING}" in run.stdout
    assert "1 failed, 5 passed" in run.stdout
    told = [line.removeprefix("E").strip() for line in run.stdout.splitlines() if line.startswith("E ")]
    assert [line for line in told if line] == [line.strip() for line in shown.splitlines() if line.strip()]
