"""A treasury at work in a process of its own: it takes whatever step waits, until it is killed or everything is paid.

`python -m tests.funds.teller DESK FOLDER`: who works (pickled), and where the bank's files are laid down.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import django


def main() -> None:
    """Works on and says each step once it is done."""
    django.setup()
    from tests.factories.funds import AT, Desk, answer

    from shouwang.funds import services
    from shouwang.funds.models import Batch, Commitment
    from shouwang.people.access import SYSTEM, acting_as

    desk: Desk = pickle.loads(Path(sys.argv[1]).read_bytes())
    folder = Path(sys.argv[2])
    steps = {
        "DRAFT": (desk.checker, services.batch_check),
        "CHECKED": (desk.releaser, services.batch_release),
        "RELEASED": (desk.maker, services.batch_send),
    }
    told("ready")
    while True:
        with acting_as(SYSTEM):
            batch = Batch.objects.exclude(state__in=["CLOSED", "CANCELLED"]).order_by("pk").first()
            ids = list(Commitment.objects.filter(state="OPEN").order_by("pk").values_list("pk", flat=True)[:2])
        if batch is None and not ids:
            break
        if batch is None:
            with acting_as(desk.maker):
                services.batch_make(viewer=desk.maker, commitment_ids=ids, at=AT)
        elif batch.state in steps:
            viewer, service = steps[batch.state]
            with acting_as(viewer):
                service(viewer=viewer, batch_id=batch.pk, version=batch.version, at=AT)
        else:
            with acting_as(desk.maker):
                name, content = services.batch_hand(viewer=desk.maker, batch_id=batch.pk, form="csv", at=AT)
            handed(folder / name, content)
            with acting_as(desk.maker):
                services.return_read(
                    viewer=desk.maker, batch_id=batch.pk, name="回盘.csv", content=answer(batch), at=AT
                )
        told(batch.state if batch else "MADE")
    told("done")


def handed(path: Path, content: bytes) -> None:
    """Gives the bank its file; where it has one of this batch already, it must be the same."""
    if path.exists():
        if path.read_bytes() != content:
            raise SystemExit(f"another file for {path.name}")
        told("AGAIN")
    else:
        half = path.with_suffix(".half")
        half.write_bytes(content)
        half.rename(path)


def told(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
