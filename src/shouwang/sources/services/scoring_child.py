"""Splink over the pairs of a queue, in a process of its own; see `shouwang.sources.services.scoring`.

It is started by its path and imports nothing of ours: `python -I scoring_child.py`. Standard input is a frame with the
model as JSON and one with the pairs as an Arrow stream, standard output an Arrow stream of pair and probability. No
name, day, place or number comes here, only how each pair agrees and how common its name is; and nothing can reach a
disk: DuckDB works in memory and may not spill, and the process may not write a byte to any file.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from typing import Any

SIDES = ("row", "person")
UNKNOWN = "UNKNOWN"


def files_forbid() -> None:
    """This function takes from the process the right to write files, cores included."""
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(kind, (0, 0))


def frame_read() -> bytes:
    """This function reads one frame: eight bytes of length, then as many bytes."""
    size = int.from_bytes(sys.stdin.buffer.read(8), "big")
    return sys.stdin.buffer.read(size)


def comparison(field: str, levels: list[dict[str, Any]]) -> dict[str, Any]:
    """This function returns Splink's description of one point of comparison; both sides hold the pair's level.

    A level that counts by frequency is the one at which the two sides' words are equal, as Splink wants it.
    """
    described = []
    for level in levels:
        name = level["level"]
        by_frequency = level.get("by_frequency", False)
        condition = "word_l = word_r" if by_frequency else f"{field}_l = '{name}'" if name else "ELSE"
        weights = (
            {"is_null_level": True} if name == UNKNOWN else {"m_probability": level["m"], "u_probability": level["u"]}
        )
        common = {"tf_adjustment_column": "word", "tf_adjustment_weight": 1.0} if by_frequency else {}
        described.append({"sql_condition": condition, "label_for_charts": name or "else", **weights, **common})
    return {"output_column_name": field, "comparison_levels": described}


def score(model: dict[str, Any], pairs: Any) -> Any:
    """This function returns pair and probability as an Arrow table.

    `pairs`: a number, the level of every point, numbers that stand for the two names (`word_row`, `word_person`: equal
    where the names are), and how common the person's name is.
    """
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    database = duckdb.connect(":memory:", config={"temp_directory": "", "memory_limit": "1GB", "threads": 2})
    api = DuckDBAPI(connection=database)
    levels = {"unique_id": pairs["pair"], **{name: pairs[name] for name in model["levels"]}}
    sides = [
        api.register(pa.table({**levels, "word": pairs[f"word_{side}"]}), dataset_display_name=side) for side in SIDES
    ]
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on("unique_id")],
        comparisons=[comparison(field, levels) for field, levels in model["levels"].items()],
        probability_two_random_records_match=model["prior"],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    linker = Linker(sides, settings, log_level=logging.ERROR)
    words = pa.table({"word": pairs["word_person"], "tf_word": pairs["share"]})
    words = words.group_by("word").aggregate([("tf_word", "max")]).rename_columns(["word", "tf_word"])
    linker.table_management.register_term_frequency_lookup(api.register(words), "word")
    found = linker.inference.predict().as_pyarrow_table()
    return pa.table({"pair": found["unique_id_l"], "score": found["match_probability"]})


def main() -> None:
    """This function answers one question and ends."""
    files_forbid()
    import pyarrow as pa

    model = json.loads(frame_read())
    with pa.ipc.open_stream(frame_read()) as stream:
        pairs = stream.read_all()
    scored = score(model, pairs)
    with pa.ipc.new_stream(sys.stdout.buffer, scored.schema) as sink:
        sink.write_table(scored)


if __name__ == "__main__":
    main()
