"""The files that are read: a department's inpatient stays, as CSV and as a workbook."""

from __future__ import annotations

from pathlib import Path

import duckdb
import xlsxwriter

HEADINGS = ("姓名", "证件号码", "住院日期", "出院日期", "定点医疗机构", "诊断", "总费用（元）", "统筹支付（元）",
            "大病保险（元）", "医疗救助（元）", "个人自付（元）", "乡镇", "村", "备注")  # fmt: skip

# Every thirty-first row has no discharge yet; remarks stand here and there, one of them quoted because of its comma.
_ROWS = """
SELECT
  (['王', '李', '张', '刘', '陈', '杨', '赵', '孙'])[1 + i % 8]
    || (['秀兰', '建国', '玉梅', '海涛', '桂英', '志强', '晓明'])[1 + i % 7] AS a,
  '130599' || strftime(DATE '1930-01-01' + CAST(i * 37 % 30000 AS INTEGER), '%Y%m%d')
    || lpad(CAST(i % 10000 AS VARCHAR), 4, '0') AS b,
  strftime(DATE '2019-07-01' + CAST(i % 360 AS INTEGER), '%Y-%m-%d') AS c,
  CASE WHEN i % 31 > 0 THEN strftime(DATE '2019-07-06' + CAST(i % 360 AS INTEGER), '%Y-%m-%d') END AS d,
  (['县人民医院', '县中医院', '市第三医院', '乡卫生院'])[1 + i % 4] AS e,
  (['胃恶性肿瘤', '脑梗死', '慢性阻塞性肺疾病', '骨折', '肺炎', '冠心病'])[1 + i % 6] AS f,
  printf('%.2f', 3000 + i * 7919 % 9000000 / 100.0) AS g,
  printf('%.2f', 1000 + i * 104729 % 4000000 / 100.0) AS h,
  CASE WHEN i % 5 = 0 THEN printf('%.2f', i % 700000 / 100.0) END AS k,
  CASE WHEN i % 7 = 0 THEN printf('%.2f', i % 300000 / 100.0) END AS l,
  printf('%.2f', 800 + i * 15485863 % 2500000 / 100.0) AS m,
  (['张王疃乡', '苏家营镇', '官亭镇', '巨鹿镇'])[1 + i % 4] AS n,
  (['前路村', '西郭城村', '大吕寨村', '小留庄村', '塔寺口村'])[1 + i % 5] AS o,
  CASE i % 13 WHEN 0 THEN '异地就医，已备案' WHEN 1 THEN 'transferred, see file' END AS p
FROM range({count}) AS made(i)
"""


def csv_made(folder: Path, rows: int) -> Path:
    """This function writes the CSV file unless it is there, and returns its path."""
    file = folder / f"stays-{rows}.csv"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            head = ", ".join(f'{letter} AS "{name}"' for letter, name in zip("abcdefghklmnop", HEADINGS, strict=True))
            query = f"SELECT {head} FROM ({_ROWS.format(count=rows)})"
            connection.execute(f"COPY ({query}) TO '{file}' (FORMAT csv, HEADER)")
    return file


def xlsx_made(folder: Path, rows: int) -> Path:
    """This function writes the workbook unless it is there: sums are numbers, all else texts."""
    file = folder / f"stays-{rows}.xlsx"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection, xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            sheet = book.add_worksheet("住院")
            sheet.write_row(0, 0, HEADINGS)
            found = connection.execute(_ROWS.format(count=rows))
            number = 0
            while batch := found.fetchmany(10_000):
                for row in batch:
                    number += 1
                    for column, cell in enumerate(row):
                        if cell is not None and 6 <= column <= 10:
                            sheet.write_number(number, column, float(cell))
                        elif cell is not None:
                            sheet.write_string(number, column, cell)
    return file
