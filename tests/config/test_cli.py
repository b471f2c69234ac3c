"""The command line answers in Chinese, in one sentence, with a non-zero exit code when something is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments, tmp, **environment):
    import os

    env = {**os.environ, "SHOUWANG_VAR_DIR": str(tmp / "var"), "SHOUWANG_KEYS_DIR": str(tmp / "keys"), **environment}
    env |= {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "DJANGO_SETTINGS_MODULE": "shouwang.config.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "shouwang", *arguments], env=env, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


def test_help_names_every_command_under_what_one_wants_to_do(tmp_path):
    code, said, error = run("--help", tmp=tmp_path)
    assert (code, error) == (0, "")
    for word in (
        "运行",
        "数据",
        "政策和筛查",
        "up",
        "backup",
        "restore",
        "keys",
        "divisions",
        "pack",
        "screen",
        "synth",
    ):
        assert word in said
    for english in ("Show this message", "Usage", "Commands", "Options"):
        assert english not in said
    assert "其他" not in said, "a new command needs its place in the help"
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "没有命令 nothing；用法见 shouwang --help。"),
        (["up", "--prot", "1"], "没有选项 --prot；用法见 shouwang up --help。"),
        (["up", "--port", "many"], "选项 --port 的值不对；用法见 shouwang up --help。"),
        (["synth"], "缺少选项 --people；用法见 shouwang synth --help。"),
    ],
)
def test_a_wrong_command_is_one_sentence(arguments, sentence, tmp_path):
    code, said, error = run(*arguments, tmp=tmp_path)
    assert (code, said, error) == (2, "", sentence + "\n")


def test_library_commands_import_no_django_and_touch_no_database(tmp_path):
    script = (
        "import sys; sys.argv = ['shouwang', 'pack', '--help']\n"
        "from shouwang.config.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert 'django' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "SHOUWANG_VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "var").exists()


def test_an_unforeseen_error_is_one_sentence_and_its_record_holds_no_value(tmp_path):
    script = (
        "import sys; sys.argv = ['shouwang', 'pack', 'check']\n"
        "from shouwang.config import cli\n"
        "def broken(*_, **__): raise ValueError('130999199001011234')\n"
        "cli.app = broken\n"
        "cli._load = lambda: None\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "SHOUWANG_VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("程序出了没有预料到的错（ValueError），这一步没有做完")
    record = (tmp_path / "var" / "log" / "errors.log").read_text()
    assert "builtins.ValueError" in record
    assert "130999199001011234" not in record + done.stderr
