"""`shouwang whatif`: try thresholds of a pack on files, before anybody adopts them; no database."""

from __future__ import annotations

import itertools
import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from shouwang.engine.whatif import Difference, WhatIf
    from shouwang.rulebook import Policy

MOST = 20  # variants compared at once


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    app.command("whatif")(whatif)


def whatif(
    register: Annotated[Path, typer.Option("--register", help="登记数据目录（household、person、income 等表）")],
    pack: Annotated[str, typer.Option("--pack", help="政策包名，例如 xingtai、hengshui")],
    on: Annotated[str, typer.Option("--on", help="按哪一天推演，例如 2020-06-30")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="改一个数值：键=值，例如 rigid_low_income=12000；可写多次")
    ] = None,
    grid: Annotated[
        list[str] | None, typer.Option("--grid", help="一组数值逐个试：键=值,值,值；写两次则两两组合，最多二十种")
    ] = None,
    feeds: Annotated[Path | None, typer.Option("--feeds", help="部门数据目录，不写则与登记同一目录")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="结果写到哪个目录（whatif.json 和每种方案的预警户）")
    ] = None,
    cache: Annotated[Path | None, typer.Option("--cache", help="事实缓存目录；再推演时不用重算")] = None,
    officers: Annotated[int, typer.Option("--officers", min=1, help="核查人员数，用来折算每人入户数")] = 1,
    packs: Annotated[Path | None, typer.Option("--packs", help="政策包目录；不写则用随程序提供的 packs/")] = None,
) -> None:
    """改动政策包里的限额和线，看预警的户和人增减多少，按县、类型、原因列出；不改政策包，不用数据库。"""
    from shouwang.config.commands.pack import day_read, packs_open
    from shouwang.engine.whatif import difference
    from shouwang.engine.whatif import whatif as run
    from shouwang.rulebook import load_policy

    base = load_policy(packs_open(packs), place=pack, on=day_read(on))
    named = _variants(base, set_ or [], grid or [])
    with ExitStack() as stack:
        kept = cache or (out / "facts" if out else Path(stack.enter_context(tempfile.TemporaryDirectory())))
        found = run(register, base, [policy for _, policy in named], cache=kept, feeds_dir=feeds)
    differences = [difference(found.base, table) for table in found.variants]
    typer.echo(f"{base.name} {base.on.isoformat()}：{found.households:,} 户 {found.persons:,} 人，现行政策预警 "
               f"{len(set(found.base.column('household_key').to_pylist())):,} 户。")  # fmt: skip
    for (name, _), told in zip(named, differences, strict=True):
        _tell(name, told, base, officers)
    if out is not None:
        _write(out, base, named, differences, found, officers)
        typer.echo(f"结果在 {out}")


def _variants(base: Policy, given: list[str], grids: list[str]) -> list[tuple[str, Policy]]:
    from shouwang.kit.errors import Refusal
    from shouwang.rulebook.variants import change_parse, policy_with

    axes = []
    for text in grids:
        key, sign, values = text.partition("=")
        if not sign or not all(value.strip() for value in values.split(",")):
            raise Refusal(f"“{text}”看不懂，要写成“键=值,值,值”，例如 rigid_low_income=10000,12000,15000")
        axes.append([f"{key.strip()}={value.strip()}" for value in values.split(",")])
    if not given and not axes:
        raise Refusal("没有要试的数值：请用 --set 键=值 或 --grid 键=值,值,值。")
    texts = [(*given, *chosen) for chosen in itertools.product(*axes)]
    if len(texts) > MOST:
        raise Refusal(f"一次最多比较 {MOST} 种方案，这里有 {len(texts)} 种。")
    return [(" ".join(changes), policy_with(base, [change_parse(text, base) for text in changes])) for changes in texts]


def _tell(name: str, told: Difference, base: Policy, officers: int) -> None:
    total = told.total
    typer.echo(f"\n{name}：预警 {total.variant_households:,} 户 {total.variant_people:,} 人；"
               f"增加 {total.added_households:,} 户 {total.added_people:,} 人，"
               f"减少 {total.dropped_households:,} 户 {total.dropped_people:,} 人；"
               f"入户核查 {told.visits:,} 户，每人 {-(-told.visits // officers):,} 户。")  # fmt: skip
    kinds = {key: stated.name for key, stated in base.types.items()}
    for label, rows, names in (
        ("按县", told.by_area, {}),
        ("按类型", told.by_type, kinds),
        ("按原因", told.by_cause, {}),
    ):
        moved = [row for row in rows if row.added_households or row.dropped_households]
        if moved:
            said = [(names.get(row.key, row.key or "不属于任何类型"), row) for row in moved]
            parts = [f"{name} +{row.added_households:,} −{row.dropped_households:,}" for name, row in said]
            typer.echo(f"  {label}（户）：{'，'.join(parts)}")


def _write(
    out: Path,
    base: Policy,
    named: list[tuple[str, Policy]],
    differences: list[Difference],
    found: WhatIf,
    officers: int,
) -> None:
    import pyarrow.parquet as pq

    out.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {
        "format": 1, "place": base.place, "on": base.on.isoformat(), "policy_digest": base.digest,
        "snapshot_digest": found.digest, "households": found.households, "persons": found.persons,
        "officers": officers, "variants": [],
    }  # fmt: skip
    pq.write_table(found.base, out / "base.parquet", compression="zstd")
    for number, ((name, policy), told) in enumerate(zip(named, differences, strict=True), start=1):
        file = f"variant_{number:02d}.parquet"
        pq.write_table(found.variants[number - 1], out / file, compression="zstd")
        report["variants"].append(
            {"is_variant": True, "changes": name.split(" "), "policy_digest": policy.digest, "file": file,
             "visits": told.visits, **asdict(told)}
        )  # fmt: skip
    (out / "whatif.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
