"""The minutes of a meeting of the leading group as PDF and as Word: the same words twice."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from shouwang.casework.selectors.councils import MinutesItem, MinutesText
from shouwang.kit.papers import PDF, Ready
from shouwang.office.services.prints import pdf_print

TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "minutes.typ"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DRAFT = "草稿，尚未签发"
# Fonts are not in a Word file, only their names: the one that every office machine has.
FACE = "宋体"


def minutes_pdf(said: MinutesText, *, at: datetime) -> Ready:
    """This function returns the minutes as a PDF of A4 pages."""
    content = pdf_print(TEMPLATE, {"minutes": asdict(said)}, title=said.title, head=said.group, at=at)
    return Ready(name=f"{said.title}纪要.pdf", media_type=PDF, content=content)


def minutes_word(said: MinutesText, *, at: datetime) -> Ready:
    """This function returns the minutes as a Word file, to be edited into the office's own form."""
    document = Document()
    _page(document, said)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(said.title).font.size = Pt(18)
    if not said.is_signed:
        draft = document.add_paragraph(DRAFT)
        draft.alignment = WD_ALIGN_PARAGRAPH.CENTER
    members = "、".join(f"{name}（{post}）" if post else name for name, post in said.members)
    facts = (
        ("召开单位", said.group), ("时间", said.met_on), ("地点", said.place), ("主持人", said.chaired_by),
        ("参会人", members),
    )  # fmt: skip
    for label, text in facts:
        document.add_paragraph(f"{label}：{text}")
    document.add_paragraph(f"会议研究了下列 {len(said.items)} 户的救助事项：")
    for item in said.items:
        _item(document, item)
    document.add_paragraph()
    document.add_paragraph(f"记录人：{said.recorded or '（尚未结束记录）'}")
    document.add_paragraph(f"签发人：{said.signed or '（尚未签发）'}")
    target = io.BytesIO()
    document.core_properties.author = ""
    document.core_properties.title = said.title
    document.core_properties.created = document.core_properties.modified = at.replace(tzinfo=None)
    document.save(target)
    return Ready(name=f"{said.title}纪要.docx", media_type=WORD, content=target.getvalue())


def _page(document: WordDocument, said: MinutesText) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.header.paragraphs[0].text = said.group
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)


def _item(document: WordDocument, item: MinutesItem) -> None:
    head = document.add_paragraph()
    head.paragraph_format.keep_with_next = True
    head.add_run(f"{item.number}．{item.name}　{item.place}　（案件号 {item.case_number}）").bold = True
    rows = (
        ("原因", item.causes), ("核查情况", item.answers), ("决定", item.decision), ("依据", item.clause),
        ("理由", item.reason), ("告知农户", item.told),
    )  # fmt: skip
    kept = [(label, text) for label, text in rows if text]
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, text in kept:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, text
        cells[0].width, cells[1].width = Cm(3), Cm(13)
