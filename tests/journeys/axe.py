"""axe-core, fetched from npm by its locked digest into a folder that git ignores; for tests alone."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from shouwang.ui.assets import ROOT, assets_stamp, npm_ci

FOLDER = ROOT / "build" / "axe"
WIDTHS = (1280, 375)  # a desk and a phone
GRAVE = ("serious", "critical")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = "rules => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})"


def axe_fetch(*, folder: Path = FOLDER) -> str:
    """This function returns the text of axe-core, fetched when the lock has changed; raises AssetsUnavailable."""
    script, stamp = folder / "axe.min.js", folder / "stamp.txt"
    if not (script.is_file() and stamp.is_file() and stamp.read_text() == assets_stamp()):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="axe-") as modules:
            shutil.copyfile(
                npm_ci(root=ROOT, folder=Path(modules), with_tools=True) / "axe-core" / "axe.min.js", script
            )
        stamp.write_text(assets_stamp())
    return script.read_text(encoding="utf-8")


def grave_faults(page: Page, source: str) -> list[str]:
    """This function returns what axe finds on a page that would keep somebody out: rule, where, why."""
    page.evaluate(source)
    found: dict[str, Any] = page.evaluate(RUN, RULES)
    return [
        f"{fault['id']}（{fault['impact']}）{node['target']}：{node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def faults_of(page: Page, source: str, where: str) -> dict[str, list[str]]:
    """This function returns what keeps somebody out of the page that is open, at a desk and on a phone."""
    page.wait_for_load_state()  # what was waited for may stand at the top of a page that is still coming
    faults = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = grave_faults(page, source) + (["scrolls sideways"] if wide > 0 else [])
        if found:
            faults[f"{where} at {width}"] = found
    return faults
