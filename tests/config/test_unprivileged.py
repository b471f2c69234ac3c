"""As root the database runs as somebody else, and its files lie where that user can reach them."""

import os
import shutil
import subprocess

import pytest

from shouwang.config import unprivileged
from shouwang.config.embedded import installation_find
from shouwang.config.unprivileged import RunAs, binaries_for, folder_for, is_reachable, run_as

NOBODY = RunAs(65534, 65534)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand files to another user")


@pytest.fixture
def shelter(open_folder, monkeypatch):
    monkeypatch.setattr(unprivileged, "SHELTER", open_folder / "shelter")
    return open_folder / "shelter"


@pytest.fixture
def home(open_folder):
    """A home of mode 0700."""
    made = open_folder / "home"
    made.mkdir(mode=0o700)
    return made


def test_a_closed_home_is_out_of_reach_of_others_and_an_open_one_is_not(home):
    assert not is_reachable(home / "var", NOBODY)
    home.chmod(0o711)
    assert is_reachable(home / "var" / "that" / "is" / "not" / "there", NOBODY)


def test_an_ordinary_user_keeps_her_files_where_she_wants_them(home):
    assert folder_for(home / "postgres", None) == (home / "postgres").resolve()
    assert (home / "postgres").stat().st_mode & 0o777 == 0o700


@as_root
def test_files_out_of_reach_move_to_the_shelter_and_a_link_leads_there(home, shelter):
    real = folder_for(home / "postgres", NOBODY)
    assert real.parent == shelter.resolve()
    assert (home / "postgres").is_symlink()
    assert real.stat().st_uid == NOBODY.uid
    assert folder_for(home / "postgres", NOBODY) == real


@as_root
def test_data_that_fall_out_of_reach_move_along(home, shelter):
    home.chmod(0o711)
    real = folder_for(home / "postgres", NOBODY)
    (real / "row").write_text("kept")
    home.chmod(0o700)
    moved = folder_for(home / "postgres", NOBODY)
    assert moved.parent == shelter.resolve()
    assert (moved / "row").read_text() == "kept"


@as_root
def test_a_link_into_a_removed_shelter_is_made_anew(home, shelter):
    shutil.rmtree(folder_for(home / "postgres", NOBODY))
    assert folder_for(home / "postgres", NOBODY).is_dir()


@as_root
def test_programs_out_of_reach_are_copied_once_with_their_libraries_and_run_there(home, shelter):
    wheel = installation_find()
    found = home / wheel.parent.name / wheel.name
    shutil.copytree(wheel, found, symlinks=True)
    libraries = wheel.parent.with_name(f"{wheel.parent.name}.libs")
    shutil.copytree(libraries, home / libraries.name)
    copy = binaries_for(found, NOBODY)
    assert is_reachable(copy / "bin", NOBODY)
    shutil.rmtree(found.parent)
    done = subprocess.run(
        [copy / "bin" / "initdb", "--version"], capture_output=True, text=True, cwd="/", env={}, **NOBODY.popen
    )
    assert done.stdout.startswith("initdb (PostgreSQL)"), done.stderr


@as_root
def test_root_hands_the_database_to_somebody_else():
    assert run_as().uid != 0
