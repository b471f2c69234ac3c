"""A process that starts others which screen without end, and kills each at a random moment; or gives them no disk.

Nothing here but imports happens before a child is born, so that each child is like a fresh program.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from shouwang.engine import screen
from shouwang.engine.factcache import facts_cached
from shouwang.engine.incremental import Previous
from shouwang.kit.errors import Refusal
from shouwang.rulebook import PackSource, load_policy, packs_directory

ON = date(2020, 6, 30)


def say(found: object) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def work(root: Path, kind: str) -> None:
    """One round over both snapshots, into the same place."""
    policy = load_policy(PackSource.from_directory(packs_directory()), place="hengshui", on=ON)
    for name in ("one", "other"):
        snapshot = root / name
        if kind == "facts":
            facts_cached([snapshot], policy, cache=root / "out")[0].unlink()
        elif kind == "chain":
            before = Previous(root / "before", snapshot=root / "one")
            screen(snapshot, policy, on=ON, out=root / "out", facts="warned", previous=before)
        else:
            screen(snapshot, policy, on=ON, out=root / "out", facts="warned", with_outcomes=True)


def child(action: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        action()
    except Refusal as refusal:
        say(refusal.message)
        os._exit(1)
    except BaseException as error:
        say(f"{type(error).__name__}: {error}")
        os._exit(2)
    os._exit(0)


def killed(root: Path, kind: str, times: int, seed: int) -> None:
    drawn = random.Random(seed)
    for number in range(times):

        def endless() -> None:
            while True:
                work(root, kind)

        pid = child(endless)
        time.sleep(drawn.uniform(0.05, 2.5))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if (root / "out").exists():
            shutil.copytree(root / "out", root / "states" / str(number))


def starved(root: Path, kind: str, limits: list[int]) -> None:
    for limit in limits:

        def hungry(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            work(root, kind)

        _, status = os.waitpid(child(hungry), 0)
        say({"limit": limit, "code": os.waitstatus_to_exitcode(status)})
        if (root / "out").exists():
            shutil.copytree(root / "out", root / "states" / str(limit))


if __name__ == "__main__":
    what, folder, way, *numbers = sys.argv[1:]
    if what == "killed":
        killed(Path(folder), way, int(numbers[0]), int(numbers[1]))
    else:
        starved(Path(folder), way, [int(number) for number in numbers])
