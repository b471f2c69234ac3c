"""A process that screens on Spark without end, the one snapshot and the other into the same place, to be killed."""

from __future__ import annotations

import itertools
import sys
from datetime import date
from pathlib import Path

from shouwang.engine.spark import session_open, spark_screen
from shouwang.engine.spark.session import SMALL
from shouwang.rulebook import PackSource, load_policy, packs_directory

ON = date(2020, 6, 30)


def main(root: Path) -> None:
    policy = load_policy(PackSource.from_directory(packs_directory()), place="hengshui", on=ON)
    with session_open("local[2]", settings=SMALL) as session:
        for name in itertools.cycle(("one", "other")):
            spark_screen(root / name, policy, on=ON, session=session, is_small=True, out=root / "out")
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
