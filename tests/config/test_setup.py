"""The first set-up tells how far it is, and only what it knows."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "environment.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("environment_tool", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOCK = "\n".join(
    (
        "alpha==1.0 \\",
        "    --hash=sha256:aa",
        "beta-two==2 ; sys_platform == 'win32'",
        "    --hash=sha256:bb",
        "gamma[extra]==3",
    )
)


def test_the_packages_of_a_lock_are_counted(tool: ModuleType) -> None:
    assert tool.pinned(LOCK) == 3
    assert tool.pinned((TOOL.parent.parent / "requirements.lock").read_text()) > 50


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("", "正在取软件包 0 / 3"),
        ("Ignoring beta-two: markers don't match\nCollecting alpha==1.0\n  Downloading a\n", "正在取软件包 1 / 2"),
        ("Collecting a\nProcessing ./b.whl\nInstalling collected packages: a, b\n", "2 个软件包都取到了，正在安装"),
    ],
)  # fmt: skip
def test_progress_says_what_pip_wrote_and_no_more(tool: ModuleType, log: str, said: str) -> None:
    assert tool.progress(log, 3, 5) == f"{said} · 已用 5 秒"


class Terminal:
    """A terminal that remembers what was written to it."""

    def __init__(self, is_terminal: bool) -> None:
        self.is_terminal, self.text = is_terminal, ""

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


@pytest.mark.parametrize("is_terminal", [True, False])
def test_only_a_terminal_sees_the_running_line(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    log = tmp_path / "pip.log"
    log.write_text("Collecting alpha==1.0\n")
    terminal = Terminal(is_terminal)
    monkeypatch.setattr(sys, "stdout", terminal)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1.3)"]) as process:
        tool.wait_for(process, log, 3)
    assert ("正在取软件包 1 / 3" in terminal.text) is is_terminal
    assert process.returncode == 0
    if not is_terminal:
        assert terminal.text == ""
