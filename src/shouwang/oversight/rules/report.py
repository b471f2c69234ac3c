"""The copy of a simulated result that goes with a proposed version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shouwang.kit.money import wan_text
from shouwang.oversight.rules.results import per_week
from shouwang.oversight.rules.tables import NO_LADDER, NO_OFFICER, Results, report_tables, variant_name


def trial_report(
    results: Results, number: int, *, trial_id: int, title: str, area_name: str, on: date, saved_at: datetime,
    saved_by: str, snapshot_digest: str, digest: str,
) -> dict[str, Any]:  # fmt: skip
    """This function returns what a variant (from 1) was seen to do, as `standards` keeps it beside the proposal."""
    told = results["variants"][number - 1]
    total = told["total"]
    load = per_week(total["variant_households"], officers=results["officers"], weeks=results["weeks"])
    facts = [
        ["推演", f"{title}，{saved_by} 于 {saved_at:%Y-%m-%d %H:%M} 保存"],
        ["数据", f"{area_name}，截至 {on:%Y-%m-%d}，{results['households']:,} 户 {results['persons']:,} 人"],
        ["方案", variant_name(told["changes"])],
        ["预警户", f"现在 {total['base_households']:,} 户 {total['base_people']:,} 人，"
                   f"改后 {total['variant_households']:,} 户 {total['variant_people']:,} 人"],
        ["增减", f"增加 {total['added_households']:,} 户 {total['added_people']:,} 人，"
                 f"减少 {total['dropped_households']:,} 户 {total['dropped_people']:,} 人"],
        ["核查工作量", f"{results['officers']:,} 名预警员，{results['weeks']} 周内核完，每人每周 {load} 户" if load
                       else NO_OFFICER],
        ["预计赔付", f"现在 {wan_text(results['base']['paid_fen'])} 万元，改后 {wan_text(told['paid_fen'])} 万元"
                     if results["ladders"] else NO_LADDER],
        ["快照和推演校验码", f"{snapshot_digest[:12]}，{digest[:12]}"],
    ]  # fmt: skip
    return {
        "facts": facts,
        "tables": report_tables(results, number),
        "trial": {"id": trial_id, "number": number, "digest": digest, "snapshot_digest": snapshot_digest, **told},
    }
