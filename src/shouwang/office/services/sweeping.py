"""Removes sealed files that no row knows: left behind by work that was rolled back or killed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from shouwang.office.models import Paper, StoredFile

GRACE = timedelta(days=1)  # longer than any request or job between writing a file and committing its row


def files_sweep(*, at: datetime) -> int:
    """This function removes files older than a day without a row and returns how many."""
    root = Path(settings.FILES_DIR)
    old = (at - GRACE).timestamp()
    found = {str(path.relative_to(root)): path for path in root.glob("*/*") if path.stat().st_mtime < old}
    kept = (table.objects.filter(path__in=list(found)).values_list("path", flat=True) for table in (StoredFile, Paper))
    known = set().union(*kept)
    stray = [path for name, path in found.items() if name not in known]
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)
