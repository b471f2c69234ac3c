"""The look of the house: base page, components, template tags, assets, error pages.

Takes: the acting viewer (`request.viewer`) and what rooms hand to their templates. Leaves: pages. Never reads a room's
tables, never decides anything, never loads a file from another host, never uses an inline script or style (the policy
of `ui.middleware` would refuse it; a test reads every template).

**A page** extends `ui/base.html`: blocks `title`, `lead` (one line under it), `actions` (the main action; bottom bar on
the phone), `content`; `tab_title` (ends in " · ") and `scripts` when needed. `{% load ui %}` in every template.

**Navigation** `ui.services.nav_item(key=, label=, url_name=, icon=, order=, kinds=, roles=)` in `AppConfig.ready()`.

**Whole pages** (`ui.pages`)
- `confirm_page(request, title=, happens=[…], button=, back=, hidden=)` before a destructive act
- `refusal_page(request, error=, back=)`
- `stale_page(request, error=, rows=[Difference(label, theirs, mine)], back=)`
- `overtaken_page(request, error=, theirs=[Happened(…)], mine=typed_lines(form), back=, label=, resume=, version=)`: a
  write that somebody else overtook; `is_resumed(request)` when the typed form comes back
- `ui.forms.version_posted(request)`: the version the reader saw, refused in a sentence when unreadable

**Text**
- `{{ fen|yuan }}` 14,269.13, `{{ fen|wan }}` 万元, `{{ n|number }}` 69,348
- `{{ d|day }}` 2020-06-30, `{{ at|when }}` absolute with the relative beside
- `{{ x|mask_id }}`, `mask_phone`, `mask_account`, `mask_name`

**Parts**
- `{% lamp case.lamp %}` (YELLOW RED GREEN BLUE GREY); `{% lamp_count key count href %}` in `<div class="sw-lamps">`
- `{% stat 12 "待我核查" href unit="件" note="3 件逾期" %}` in `<div class="sw-stats">`
- `{% empty title begin href action %}`, `{% progress item %}`, `{% icon "search" %}` (names in `ui.icons`)
- `{% facts rows %}`: rows of (term, value, source, href)
- `{% timeline entries %}`: entries with at, title, text, source, href, lamp
- `{% tabs items %}`: (label, href, is_current, count); `{% steps items %}`: (label, done|now|next, note)
- `<span class="sw-tag sw-late">逾期 3 天</span>`: lateness is ink, never a lamp colour
- `<section class="sw-card">`, side by side in `<div class="sw-columns">`; `<ul class="sw-list">` of cards;
  `<div class="sw-note">` a remark, with `sw-note-problem` a problem
- reasons of a warning: `<ul class="sw-reasons"><li class="sw-depth-1">` (depth 0 to 6)
- `<h2 data-section>`: Alt+1 … Alt+9 lead there, in order

**Charts** `{% chart page.trend %}` of a `ui.charts.TrendChart`, `FunnelChart` or `AreaMap`, and at the end
`{% block scripts %}{% include "ui/chart_scripts.html" %}{% endblock %}`; every mark carries its address. A part that
renews itself: `<section {% live "screen" 60 %}>{% updated page.at %}…</section>`.

**Forms**
- `{% errors form %}` on top; `{% field form.x known=True source="医保 2020-05" unit="元" %}` each
- `{% picker form.village search_url with_fields="town" %}`; its search answers `?q=` with `ui/picker_options.html`
  (`options` of (value, text, note), `asked`); the form itself must accept typed text too
- the search box of the top bar posts `q` to `register:search`: an ID or a phone number stands in no address
- `<form data-careful>`: sent only when the server can be reached, else nothing is lost (phone forms);
  `<form data-unguarded>`: may be left without a question (sign-in, search)
- groups `<fieldset class="sw-group"><legend>`, buttons `<p class="sw-buttons">`; a button says what it does: 送核查

**Tables**
- `{% table page.table %}` of a `ui.tables.Table`; or by hand
  `<div class="sw-table-frame"><table class="table sw-table sw-cards">` with `data-label` and one of `is-title`,
  `is-fact`, `is-hidden` (on the phone) in every cell, `is-number` for numbers
- `{% sort "opened" "上报日期" %}` as a head; `{% query lamp="RED" after=None %}` keeps the other filters
- `ui.tables.key_page(queryset, order=sort_order(…), after=request.GET.get("after"))` and `{% pager page %}`
- batch: `Table(batch="case", …)` inside a form; `<span data-picked="case">` shows how many are picked
"""
