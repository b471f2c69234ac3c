"""The embedded server starts, survives kills, and never runs twice on one folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from shouwang.config.embedded import AlreadyRunning, Cluster, DatabaseFailed, FolderLock


@pytest.fixture
def cluster(open_folder):
    made = Cluster(open_folder / "postgres", open_folder / "log" / "postgres.log", "secret", is_careless=True)
    yield made
    made.stop()


def again(cluster):
    return Cluster(cluster.folder, cluster.log, cluster.password, is_careless=True)


def test_a_second_start_keeps_port_and_data(cluster):
    cluster.start()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create table kept (id int)")
    port = cluster.port
    cluster.stop()
    cluster.start()
    assert cluster.port == port
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_the_encoding_is_utf8_and_the_order_of_text_is_that_of_code_points(cluster):
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("select upper('é'), 'Z' < 'a'").fetchone() == ("É", True)


def test_a_wrong_password_is_refused(cluster):
    cluster.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.url(password="guess"))


def test_a_killed_server_starts_again_and_keeps_what_was_committed(cluster):
    cluster.start()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create table kept (id int)")
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    assert (cluster.data / "postmaster.pid").exists()
    second = again(cluster)
    second.start()
    try:
        with psycopg.connect(second.url()) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
    finally:
        second.stop()


def test_a_note_of_a_process_number_that_another_program_has_now_does_not_stop_the_start(cluster):
    cluster.start()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n\n\n\nready\n")
    cluster.start()
    assert cluster.process.poll() is None


PARENT = """
import sys, time
from pathlib import Path
from shouwang.config.embedded import Cluster
c = Cluster(Path(sys.argv[1]), Path(sys.argv[2]), "secret", is_careless=True)
c.start()
print(c.process.pid, flush=True)
time.sleep(60)
"""


def test_the_server_stops_when_its_parent_is_killed(cluster):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(cluster.folder), str(cluster.log)], stdout=subprocess.PIPE, text=True
    )
    server = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 15
    while Path(f"/proc/{server}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{server}").exists()


def test_a_server_that_outlived_its_parent_is_stopped_before_the_next_start(cluster):
    cluster.start()
    second = again(cluster)
    second.start()
    try:
        assert cluster.process.wait(10) is not None
        assert second.process.poll() is None
    finally:
        second.stop()


def test_a_start_that_fails_is_one_sentence_that_names_the_log(cluster):
    cluster.start()
    cluster.stop()
    (cluster.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(DatabaseFailed, match=r"没有启动成功，详情见日志 .*postgres\.log"):
        cluster.start()


def test_the_log_holds_no_row_of_a_broken_constraint(cluster):
    cluster.start()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create table person (resident_id text primary key)")
        connection.execute("insert into person values ('130999199001011234')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into person values ('130999199001011234')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into person values (%s)", ["130999199001011234"])
    assert "130999199001011234" not in cluster.log.read_text()


def test_two_holders_of_one_folder_are_refused(open_folder):
    first, second = FolderLock(open_folder), FolderLock(open_folder)
    first.take()
    with pytest.raises(AlreadyRunning, match="正被另一个进程使用"):
        second.take()
    first.free()
    second.take()
    second.free()
