"""Department files: each office's own sheet, spoilt as real ones are, and the truth about every row."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

from shouwang.kit import divisions
from shouwang.synth.blocks import Block
from shouwang.synth.departments import civil, disabled, medical, others
from shouwang.synth.departments.cells import Cells, cells_make
from shouwang.synth.departments.content import Kind, Maker, Part, PlaceNames, Sheet, View
from shouwang.synth.departments.faults import faults_plant
from shouwang.synth.departments.writers import Layout, csv_write, layout_draw, xlsx_write
from shouwang.synth.draws import stream
from shouwang.synth.numbers import NumberIssuer
from shouwang.synth.persons import day_number
from shouwang.synth.places import Place
from shouwang.synth.tables import feed_dates

WORKBOOK_KEYS = frozenset(
    ["dibao_household", "dibao_person", "certificate", "disaster", "dropout", "marginal", "unsafe_house", "work"]
)
TRUTH_HEADINGS = ("row", "person_key", "household_key", "event_key", "faults")
FILE_HEADINGS = ("file", "department", "kind", "data_date", "sheet", "first_row", "rows", "truth")


class DepartmentFiles:
    """Collects the content of all blocks, then writes every department's file and its truth."""

    def __init__(self, *, seed: int, place: Place, on: date, issuer: NumberIssuer) -> None:
        self.seed, self.place, self.on, self.issuer = seed, place, on, issuer
        self.names = PlaceNames(place)
        today = day_number(on)
        self.makers: tuple[tuple[Sheet, Maker], ...] = (
            (civil.HOUSEHOLDS, civil.households_part),
            (civil.PERSONS, civil.persons_part),
            (disabled.CERTIFICATES, disabled.certificates_part),
            (disabled.SUBSIDIES, lambda view: disabled.subsidies_part(view, today=today)),
            (medical.STAYS, medical.stays_part),
            (medical.VISITS, lambda view: medical.visits_part(view, today=today)),
            (others.TUITION, others.tuition_part),
            (others.DROPOUTS, others.dropouts_part),
            (others.INCIDENTS, others.incidents_part),
            (others.DISASTERS, others.disasters_part),
            (others.WORK, lambda view: others.work_part(view, today=today)),
            (others.UNEMPLOYED, others.unemployed_part),
            (others.MARGINAL, others.marginal_part),
            (others.HOUSES, lambda view: others.houses_part(view, today=today)),
            (others.WATER, lambda view: others.water_part(view, today=today)),
        )
        self.parts: dict[str, list[Part]] = {sheet.key: [] for sheet, _ in self.makers}

    def collect(self, block: Block) -> None:
        """This function takes what the departments know of a block."""
        for sheet, make in self.makers:
            view = View(block, self.names, stream(self.seed, block.first_household, "content", sheet.key))
            self.parts[sheet.key].append(make(view))

    def write(self, out: Path, *, xlsx: bool, progress: Callable[[str, int, int], None]) -> None:
        """This function writes departments/ and truth/ below a folder."""
        folder, truth = out / "departments", out / "truth"
        folder.mkdir()
        truth.mkdir()
        county = divisions.load().name(self.place.code)
        listed = []
        dates = feed_dates(self.on)
        for number, (sheet, _) in enumerate(self.makers):
            progress("写部门文件", number, len(self.makers))
            rng = stream(self.seed, "file", sheet.key)
            as_workbook = xlsx and sheet.key in WORKBOOK_KEYS
            cells = cells_make(
                sheet, self.parts.pop(sheet.key), rng=rng, issuer=self.issuer, place=self.place, on=self.on,
                as_workbook=as_workbook,
            )  # fmt: skip
            faults_plant(cells, rng=rng, on=self.on, as_workbook=as_workbook)
            layout = layout_draw(sheet, rng=rng, county=county, on=self.on)
            name = f"{sheet.office}_{sheet.sheet}_{self.on:%Y%m}.{'xlsx' if as_workbook else 'csv'}"
            if as_workbook:
                xlsx_write(folder / name, cells, layout)
            else:
                ids = frozenset(heading for heading, kind in cells.kinds.items() if kind is Kind.ID)
                csv_write(folder / name, cells, layout, id_headings=ids)
            self._truth_write(truth / f"{sheet.key}.csv", cells, layout)
            listed.append(
                (name, sheet.department, sheet.key, dates[sheet.key], sheet.sheet, layout.first_row, cells.rows)
            )
        with (truth / "files.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(FILE_HEADINGS)
            writer.writerows((*row, f"{row[2]}.csv") for row in listed)
        progress("写部门文件", len(self.makers), len(self.makers))

    def _truth_write(self, path: Path, cells: Cells, layout: Layout) -> None:
        """This function writes whose row each is (0 for a stranger) and which faults were planted in it."""
        rows = range(layout.first_row, layout.first_row + cells.rows)
        faults = [";".join(found) for found in cells.faults]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(TRUTH_HEADINGS)
            writer.writerows(zip(rows, cells.person, cells.household, cells.event, faults, strict=True))
