"""Makes .venv from requirements.lock with nothing but the standard library: `python tools/environment.py`.

Debian's python3 comes without ensurepip and without pip. Then pip is taken out of Debian's own package python3-pip-whl,
which apt hands to an ordinary user too; nothing is installed on the system.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SCRIPT = """#!{python}
import sys

from shouwang.config.cli import main

sys.exit(main())
"""


class Missing(Exception):  # noqa: N818 - a sentence for the person at the keyboard
    """Something is missing; the text is the sentence to show."""


def run(*arguments, **options):
    """This function runs a program quietly and tells whether it succeeded."""
    options.setdefault("stdout", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.DEVNULL)
    try:
        return (
            subprocess.run([str(a) for a in arguments], check=False, stdin=subprocess.DEVNULL, **options).returncode
            == 0
        )
    except OSError:
        return False


def environment_make():
    """This function makes an empty .venv and returns the command that runs pip for it."""
    if VENV.exists():
        shutil.rmtree(VENV)
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        has_pip = False
    else:
        has_pip = run(sys.executable, "-m", "venv", VENV)
    if has_pip:
        return [str(PYTHON), "-m", "pip"]
    shutil.rmtree(VENV, ignore_errors=True)
    venv.create(VENV, with_pip=False, symlinks=True)
    if run(sys.executable, "-m", "pip", "--python", PYTHON, "--version"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    wheel = pip_wheel_of_debian(VENV / "pip")
    if wheel is None:
        raise Missing(f"这个 Python（{sys.executable}）没有 pip，也取不到：请安装软件包 python3-venv 后再运行一次。")
    return [str(PYTHON), str(wheel / "pip")]


def pip_wheel_of_debian(folder):
    """This function returns Debian's pip wheel (its package's, or fetched by apt into a folder of ours), or None."""
    found = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if found:
        return found[-1]
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    print("这个 Python 没有 pip，从系统软件源取一个 …", flush=True)  # noqa: T201
    folder = folder.resolve()
    for part in ("lists/partial", "cache/archives/partial", "out"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    private = [
        "apt-get",
        "-q",
        "-o", f"Dir::State::lists={folder / 'lists'}",
        "-o", f"Dir::Cache={folder / 'cache'}",
        "-o", "Debug::NoLocking=1",
        "-o", "APT::Sandbox::User=",
    ]  # fmt: skip
    downloads = (["apt-get", "-q", "download", "python3-pip-whl"], [*private, "download", "python3-pip-whl"])
    for number, download in enumerate(downloads):
        if number == 1:
            run(*private, "update")
        run(*download, cwd=folder)
        for package in folder.glob("python3-pip-whl*.deb"):
            run("dpkg-deb", "-x", package, folder / "out")
        found = sorted((folder / "out").glob("usr/share/python-wheels/pip-*.whl"))
        if found:
            return found[-1]
    return None


def requirements_install(pip):
    """This function installs the locked requirements, each file by its hash."""
    print("安装依赖（第一次需要几分钟）…", flush=True)  # noqa: T201
    lock = ROOT / "requirements.lock"
    arguments = ["install", "--progress-bar", "off", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUNBUFFERED": "1",
    }
    with tempfile.NamedTemporaryFile("w+") as log:
        done = subprocess.Popen([*pip, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        wait_for(done, Path(log.name), pinned(lock.read_text()))
        if done.returncode:
            log.seek(0)
            sys.stderr.write(log.read())
            raise Missing("依赖没有装成：请检查网络和软件源后再运行一次。")


def wait_for(process, log, total):
    """This function waits for pip; on a terminal it tells every second how many packages it has come to."""
    began = time.monotonic()
    try:
        while True:
            try:
                process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                if sys.stdout.isatty():
                    line = progress(log.read_text(errors="replace"), total, round(time.monotonic() - began))
                    print(f"\r\x1b[K  {line}", end="", flush=True)  # noqa: T201
                continue
            break
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        if sys.stdout.isatty():
            print("\r\x1b[K", end="", flush=True)  # noqa: T201


def pinned(lock):
    """This function counts the packages of a lock."""
    return len(re.findall(r"(?m)^[A-Za-z0-9][\w.\-\[\]]*==", lock))


def progress(log, total, seconds):
    """This function says in one line how far pip has come by what it wrote: fetched, or being unpacked."""
    fetched = len(re.findall(r"(?m)^\s*(?:Collecting|Processing) ", log))
    total -= len(re.findall(r"(?m)^\s*Ignoring ", log))
    if "Installing collected packages" in log:
        return f"{fetched} 个软件包都取到了，正在安装 · 已用 {seconds} 秒"
    return f"正在取软件包 {min(fetched, total)} / {total} · 已用 {seconds} 秒"


def project_link():
    """This function makes the source folder importable and writes the command `.venv/bin/shouwang`."""
    library = next((VENV / "lib").glob("python3*/site-packages"))
    (library / "shouwang.pth").write_text(f"{ROOT / 'src'}\n")
    command = VENV / "bin" / "shouwang"
    command.write_text(SCRIPT.format(python=PYTHON))
    command.chmod(0o755)


def main():
    """This function is the command: 0 when .venv is ready, 1 with one sentence when not."""
    try:
        pip = environment_make()
        requirements_install(pip)
        project_link()
    except Missing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    shutil.rmtree(VENV / "pip", ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
