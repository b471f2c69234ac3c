"""Pages of the gallery; the people and places in it are invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import engines

from shouwang.kit.errors import Refusal
from shouwang.ui import charts, pages, tables

TEMPLATES = Path(__file__).parent / "templates"
AT = datetime(2020, 6, 30, 14, 5, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
COUNTIES = [
    "襄都区",
    "信都区",
    "任泽区",
    "南和区",
    "临城县",
    "内丘县",
    "柏乡县",
    "隆尧县",
    "宁晋县",
    "巨鹿县",
    "新河县",
    "广宗县",
    "平乡县",
    "威县",
    "清河县",
    "临西县",
    "沙河市",
    "南宫市",
    "邢台经济开发区",
]


def page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    template = engines["django"].from_string((TEMPLATES / name).read_text(encoding="utf-8"))
    return HttpResponse(template.render(context, request))


def desk(request: HttpRequest) -> HttpResponse:
    columns = [
        tables.Column("name", "户主", phone="title", sort="name"),
        tables.Column("lamp", "状态", kind="lamp"),
        tables.Column("village", "村", phone="hidden"),
        tables.Column("cause", "原因", phone="hidden"),
        tables.Column("income", "人均纯收入", kind="yuan", unit="元", sort="income", phone="hidden"),
        tables.Column("self_paid", "自付支出", kind="yuan", unit="元", sort="self_paid"),
        tables.Column("opened", "上报日期", kind="day", sort="opened", phone="hidden"),
        tables.Column("due", "办理期限", kind="when"),
    ]
    names = ["张胜坤", "李建国", "阿卜杜热合曼·买买提依明", "王秀英", "欧阳淑芬", "赵铁柱"] * 3
    lamps = ["YELLOW", "RED", "GREEN", "BLUE", "GREY", "RED"] * 3
    rows = [
        tables.Row(
            {
                "name": names[i],
                "lamp": lamps[i],
                "village": "巨鹿县张王疃乡张王疃村第三村民小组" if i % 3 else "观寨乡东郭城村",
                "cause": "因病、因意外事故" if i % 2 else "因学",
                "income": 684200 + i * 13,
                "self_paid": None if i == 4 else 10000000 + i * 98765,
                "opened": date(2020, 6, 1) + timedelta(days=i),
                "due": date(2020, 7, 1) + timedelta(days=i),
            },
            href=f"/household/?id={i}",
            key=str(i),
        )
        for i in range(18)
    ]
    table = tables.Table(
        "待核查的预警",
        columns,
        rows,
        totals={"income": None, "self_paid": 123456789},
        page=tables.KeyPage(rows, next_after=18, is_first=False),
        batch="case",
    )
    tabs = [
        ("待我核查", "/", True, 18),
        ("已逾期", "/?late=1", False, 3),
        ("退回补充", "/?back=1", False, 0),
        ("全部", "/?all=1", False, 1234),
    ]
    return page(request, "desk.html", table=table, tabs=tabs)


class Report(forms.Form):
    village = forms.CharField(label="村")
    head = forms.CharField(label="户主姓名", help_text="身份证上的全名")
    cause = forms.MultipleChoiceField(
        label="发生了什么",
        choices=[("ILLNESS", "因病"), ("STUDY", "因学"), ("DISASTER", "因自然灾害"), ("ACCIDENT", "因意外事故")],
        widget=forms.CheckboxSelectMultiple,
    )
    sudden = forms.ChoiceField(
        label="是不是突发", choices=[("Y", "是，先救助后补手续"), ("N", "不是")], widget=forms.RadioSelect
    )
    level = forms.ChoiceField(label="家庭类型", choices=[("", "请选"), ("1", "非贫困低收入户")])
    spent = forms.DecimalField(label="自付支出", max_digits=12, decimal_places=2)
    when = forms.DateField(label="发生日期", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="情况说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    paper = forms.FileField(label="照片或单据", required=False)
    agreed = forms.BooleanField(label="户主已签授权书，同意核对家庭资产")


def form(request: HttpRequest) -> HttpResponse:
    bound = (
        Report(request.POST or {"head": "张胜坤", "spent": "十万"})
        if request.POST or "clean" not in request.GET
        else Report()
    )
    return page(request, "form.html", form=bound)


def household(request: HttpRequest) -> HttpResponse:
    entries = [
        {
            "at": AT,
            "title": "预警：自付支出超过 5,000 元",
            "text": "自付 85,730.87 元，触发线 5,000.00 元（衡水市防贫预警办法第三条）。",
            "source": "医保局 2020-06-25 数据",
            "lamp": "YELLOW",
            "href": "/",
        },
        {
            "at": AT - timedelta(days=3),
            "title": "村预警员入户上报",
            "text": "妻子胃癌，住院两次。",
            "source": "预警员 吴同科",
        },
        {"at": date(2019, 12, 20), "title": "医保报销 14,269.13 元", "source": "医保局，外单位支付"},
    ]
    rows = [
        ("人均纯收入", "6,842.00 元", "2019-06 至 2020-05，12 个整月"),
        ("家庭人口", "3 人"),
        ("住址", "河北省邢台市巨鹿县张王疃乡张王疃村第三村民小组 112 号"),
        ("户主证件号", "130529••••••••1234", "查看全号要说明用途"),
        ("三保障", "住房安全、医疗已参保、无辍学"),
        ("联系电话", None),
    ]
    steps = [
        ("预警处置", "done", "06-28"),
        ("机构核查", "now", "还有 2 天"),
        ("精准救助", "next"),
        ("回访评估", "next"),
    ]
    return page(request, "household.html", entries=entries, rows=rows, steps=steps)


def screen(request: HttpRequest) -> HttpResponse:
    days = [f"06-{17 + i:02d}" for i in range(14)]
    hrefs = [f"/?day={day}" for day in days]
    trend = charts.TrendChart(
        "trend",
        "十四天走势",
        days,
        [
            charts.Series("当日预警", [3, 5, 2, 8, 13, 7, 4, 6, 9, 12, 5, 3, 7, 11], hrefs, "YELLOW"),
            charts.Series("已救助回访", [1, 2, 2, 3, 5, 6, 4, 3, 7, 8, 5, 2, 4, 9], hrefs, "GREEN"),
            charts.Series("上报线索", [8, 9, 6, 14, 20, 15, 11, 12, 18, 21, 13, 9, 14, 22], hrefs),
        ],
    )
    funnel = charts.FunnelChart(
        "funnel",
        "从线索到绿灯",
        [
            charts.Step("线索", 1230, "/?s=1"),
            charts.Step("立案", 845, "/?s=2", 1.0),
            charts.Step("核查完", 610, "/?s=3", 4.5),
            charts.Step("会商定", 402, "/?s=4", 3.0),
            charts.Step("救助", 377, "/?s=5", 6.0),
            charts.Step("绿灯", 351, "/?s=6", 30.0),
        ],
    )
    marks = [
        charts.AreaMark(
            f"1305{i + 2:02d}",
            name,
            (i * 37) % 113,
            f"/?county={i}",
            {
                "YELLOW": (i % 4, "/y"),
                "RED": (i * 7 % 90, "/r"),
                "GREEN": (i * 3, "/g"),
                "BLUE": (i % 3, "/b"),
                "GREY": (i % 5, "/x"),
            },
        )
        for i, name in enumerate(COUNTIES)
    ]
    where = "/boundaries.json" if "map" in request.GET else ""
    areas = charts.AreaMap(
        "areas", "各县（市、区）", marks, boundaries_url=where, note="界线为演示数据，非官方" if where else ""
    )
    lamps = [("YELLOW", 11), ("RED", 320), ("GREEN", 1904), ("BLUE", 57), ("GREY", 12)]
    return page(request, "screen.html", trend=trend, funnel=funnel, areas=areas, lamps=lamps, at=AT)


def boundaries(request: HttpRequest) -> JsonResponse:
    def square(i: int) -> list[list[list[float]]]:
        x, y = 114 + (i % 5) * 0.5, 37 + (i // 5) * 0.4
        return [[[x, y], [x + 0.5, y], [x + 0.5, y + 0.4], [x, y + 0.4], [x, y]]]

    features = [
        {
            "type": "Feature",
            "properties": {"adcode": 130502 + i, "name": name},
            "geometry": {"type": "Polygon", "coordinates": square(i)},
        }
        for i, name in enumerate(COUNTIES)
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def villages(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")
    known = [
        ("130529103201", "张王疃村", "巨鹿县张王疃乡"),
        ("130529103202", "张庄村", "巨鹿县张王疃乡"),
        ("130529104207", "东郭城村", "巨鹿县观寨乡"),
    ]
    fits = [
        one
        for one in known
        if asked in one[1] or (asked.lower() in {"z", "zw", "zwt", "zwtc"} and one[1].startswith("张"))
    ]
    return render(request, "ui/picker_options.html", {"options": fits, "asked": asked})


def states(request: HttpRequest) -> HttpResponse:
    began = AT - timedelta(seconds=90)
    work = {
        "running": SimpleNamespace(
            pk=1,
            label="导入 医保局 2020-06 住院结算",
            state="RUNNING",
            get_state_display="进行中",
            done=12000,
            total=30000,
            unit="行",
            message="",
            started_at=began,
            changed_at=AT,
            href="",
        ),
        "waiting": SimpleNamespace(
            pk=2,
            label="全县筛查",
            state="WAITING",
            get_state_display="等待中",
            done=0,
            total=None,
            unit="户",
            message="",
            href="",
        ),
        "partly": SimpleNamespace(
            pk=3,
            label="导入 残联 2020-06",
            state="PARTLY",
            get_state_display="部分完成",
            done=980,
            total=1000,
            unit="行",
            message="980 行已导入，20 行没有导入，可下载修改后再传。",
            href="/files/1/",
        ),
        "failed": SimpleNamespace(
            pk=4,
            label="导入 民政 2020-06",
            state="FAILED",
            get_state_display="未完成",
            done=0,
            total=None,
            unit="行",
            message="“低保名单.xlsx”第 1 张表没有找到表头行，请检查后再传。",
            href="",
        ),
    }
    return page(request, "states.html", **work)


def confirm(request: HttpRequest) -> HttpResponse:
    return pages.confirm_page(
        request,
        title="撤销这次导入",
        happens=[
            "医保局 2020-06-25 的 1,204 行数据全部退回",
            "由这些数据产生的 3 条预警标为“数据撤销”，已立的案不受影响",
        ],
        button="撤销导入",
        back="/",
        hidden={"version": 3},
    )


def refusal(request: HttpRequest) -> HttpResponse:
    return pages.refusal_page(
        request,
        error=Refusal("公示还没有满 5 天，不能发放救助金。", place="张胜坤户 · 公示 2020-06-28 起"),
        back="/household/",
    )


def stale(request: HttpRequest) -> HttpResponse:
    rows = [
        pages.Difference("自付支出", "85,730.87 元", "100,000.00 元"),
        pages.Difference("原因", "因病", "因病"),
        pages.Difference("情况说明", "", "妻子住院两次，借款三万元"),
    ]
    return pages.stale_page(
        request,
        error=Refusal("这件案子在您打开之后已有变动，李娜 于 14:02 改过。您的修改没有保存。"),
        rows=rows,
        back="/household/",
        changed_by="李娜 14:02",
    )


class Login(forms.Form):
    login = forms.CharField(label="账号")
    password = forms.CharField(label="密码", widget=forms.PasswordInput)


def login(request: HttpRequest) -> HttpResponse:
    request.viewer = None  # type: ignore[attr-defined]
    return page(request, "login.html", form=Login())


def plain(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html")
