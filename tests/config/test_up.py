"""`shouwang up` as an operator meets it: processes started, killed, stopped; nothing left behind."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from shouwang.config.embedded import Cluster
from shouwang.config.roles import OWNER, ROLES, roles_bootstrap

STARTED = "守望已启动"


def port_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """One var/ and keys/ with the commands run on it."""

    def __init__(self, folder, **environment):
        self.folder = folder
        self.var, self.keys = folder / "var", folder / "keys"
        own = {
            "SHOUWANG_VAR_DIR": str(self.var),
            "SHOUWANG_KEYS_DIR": str(self.keys),
            "DJANGO_SETTINGS_MODULE": "shouwang.config.settings",
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
            "PYTHONUNBUFFERED": "1",
            "SHOUWANG_DEBUG": os.environ.get("SHOUWANG_DEBUG", ""),
        }
        dropped = ("DATABASE_URL", "SHOUWANG_OWNER_URL", "SHOUWANG_BATCH_URL", "SHOUWANG_SECRET", "PORT")
        self.environment = {**{k: v for k, v in os.environ.items() if k not in dropped}, **own, **environment}
        self.port = port_free()

    def command(self, *arguments):
        return [sys.executable, "-m", "shouwang", *map(str, arguments)]

    def run(self, *arguments):
        """Runs one command to its end; returns exit code, stdout, stderr."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, timeout=240, cwd=self.folder
        )
        return done.returncode, done.stdout, done.stderr

    @contextmanager
    def up(self, *arguments):
        """Starts everything and yields the process; it is killed if the test has not stopped it."""
        out = self.folder / "out"
        with out.open("w") as sink:
            process = subprocess.Popen(
                self.command("up", "--port", self.port, "--no-demo", *arguments),
                env=self.environment,
                stdout=sink,
                stderr=sink,
                cwd=self.folder,
                start_new_session=True,
            )
        try:
            until = time.monotonic() + 600  # a machine that is busy with other tests takes its time
            while STARTED not in out.read_text() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(60)

    @property
    def said(self):
        return (self.folder / "out").read_text()

    def processes(self):
        """Returns the processes that belong to this installation, by what their environment or command names."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
                environment = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(self.var) in command or f"SHOUWANG_VAR_DIR={self.var}" in environment:
                found[int(entry.name)] = command
        found.pop(os.getpid(), None)
        return found

    def gone(self, seconds=20):
        """Waits until nothing of the installation runs; returns what is left."""
        until = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.1)
        return left

    def part(self, name):
        return next(pid for pid, command in sorted(self.processes().items()) if name in command)

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def installation():
    with tempfile.TemporaryDirectory(dir=settings.TEST_ROOT) as folder:
        Path(folder).chmod(0o711)
        yield Installation(Path(folder))


def test_the_first_start_prints_a_link_that_works_once_and_term_stops_everything(installation):
    with installation.up() as process:
        assert STARTED in installation.said, installation.said
        path = re.search(r"http://[^/]+(/people/invitation/\S+)", installation.said)[1]
        status, page = installation.get(path)
        assert status == 200
        assert "admin" in page
        code, _, error = installation.run("up", "--port", port_free())
        assert (code, error.count("\n")) == (1, 1)
        assert "守望已经在运行" in error
        process.terminate()
        assert process.wait(40) == 0
    assert installation.said.endswith("守望已停止。\n")
    assert installation.gone() == {}
    assert path.split("/")[-2] not in "".join(log.read_text() for log in (installation.var / "log").glob("*.log"))


def test_a_second_start_keeps_the_data_and_the_open_link_and_ctrl_c_stops_it(installation):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with installation.up() as process:
        assert STARTED in installation.said, installation.said
        assert installation.get("/accounts/login/")[0] == 200
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(40) == 0
    assert installation.gone() == {}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Ten seconds on two free cores; how long the clock runs here depends on the other tests.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 15


@pytest.mark.parametrize(
    ("part", "name"),
    [
        pytest.param("granian", "网页服务", marks=pytest.mark.full),
        ("shouwang worker", "后台任务"),
        pytest.param("bin/postgres", "数据库", marks=pytest.mark.full),
    ],
)
def test_when_a_part_is_killed_everything_stops_and_says_which(part, name, installation):
    with installation.up() as process:
        assert STARTED in installation.said, installation.said
        os.kill(installation.part(part), signal.SIGKILL)
        assert process.wait(40) == 1
    assert f"{name}意外停止（被信号 9 终止），守望已全部停下；详情见日志" in installation.said.splitlines()[-1]
    assert installation.gone() == {}


def test_nothing_outlives_a_killed_parent_and_the_next_start_works(installation):
    with installation.up() as process:
        process.kill()
        process.wait()
        assert installation.gone() == {}
    with installation.up() as process:
        assert STARTED in installation.said, installation.said
        code, said, error = installation.run("keys", "status")
        assert (code, error) == (0, "")
        assert said.startswith("第 1 版（当前）")


def test_a_taken_port_is_one_sentence(installation):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        with installation.up() as process:
            assert process.wait(30) == 1
    assert installation.said.strip().startswith(f"端口 {installation.port} 已被别的程序占用")
    assert installation.gone() == {}


def test_commands_work_while_nothing_runs_and_leave_nothing_running(installation, open_folder):
    code, said, error = installation.run("backup", open_folder / "county.backup")
    assert (code, error) == (0, ""), error
    assert "备份完成" in said
    assert installation.gone() == {}
    code, _, error = installation.run("restore", open_folder / "county.backup")
    assert (code, error) == (1, "数据库不是空的，恢复只写进空库：请先另建一个空的安装（或移走 var/），再恢复。\n")


def test_a_backup_becomes_a_new_installation_by_its_keys(installation, open_folder):
    code, _, error = installation.run("backup", open_folder / "county.backup")
    assert code == 0, error
    (open_folder / "keys").mkdir(mode=0o700)
    other = Installation(open_folder)
    code, _, error = other.run("restore", open_folder / "county.backup")
    assert code == 1
    assert "没有密钥文件" in error
    (other.keys / "ring.json").write_bytes((installation.keys / "ring.json").read_bytes())
    code, said, error = other.run("restore", open_folder / "county.backup")
    assert code == 0, error
    assert "恢复完成" in said
    code, _, error = other.run("people", "first")
    assert code == 0, error
    assert other.gone() == {}


@pytest.fixture
def server(open_folder):
    """A PostgreSQL server of an operator, with an administrator who is no superuser."""
    cluster = Cluster(open_folder / "server", open_folder / "server.log", "secret", is_careless=True)
    cluster.start()
    with psycopg.connect(cluster.url(), autocommit=True) as admin:
        admin.execute("create role keeper login createrole createdb password 'keeper'")
    yield cluster
    cluster.stop()


def test_production_makes_roles_and_one_administrator_and_refuses_demo_data_later(server, open_folder):
    admin = server.url(user="keeper", password="keeper")
    first = Installation(open_folder, SHOUWANG_ADMIN_URL=admin, SHOUWANG_PLACE="130529")
    with first.up():
        assert STARTED in first.said, first.said
        assert "首个管理员的账号是 admin" in first.said
    later = Installation(open_folder, DATABASE_URL=f"postgresql://127.0.0.1:{server.port}/shouwang")
    with later.up():
        assert STARTED in later.said, later.said
        assert "首个管理员" not in later.said
    code, _, error = later.run("up", "--demo", "--port", port_free())
    assert (code, error) == (1, "数据库里已经有账号和数据，不能再装入演示县：演示数据只装入空库。\n")
    assert not (open_folder / "var" / "postgres").exists()


def test_a_web_role_that_is_superuser_is_refused_at_start(server, open_folder):
    roles_bootstrap(url=server.url(), passwords=dict.fromkeys(ROLES, "known"))
    strong = Installation(
        open_folder,
        DATABASE_URL=server.url("shouwang"),
        SHOUWANG_OWNER_URL=server.url("shouwang", user=OWNER, password="known"),
    )
    code, _, error = strong.run("up", "--port", port_free())
    assert code == 1
    assert "shouwang_admin 是超级用户，行级权限会失效，程序不启动" in error


def test_an_unreachable_server_is_one_sentence(open_folder):
    nowhere = Installation(open_folder, DATABASE_URL=f"postgresql://shouwang_app:x@127.0.0.1:{port_free()}/shouwang")
    code, _, error = nowhere.run("up", "--port", port_free())
    assert (code, error) == (
        1,
        "连不上数据库：请检查 DATABASE_URL 的地址、账号和密码，以及数据库服务器是否在运行。\n",
    )
