// Draws the charts of a page from the JSON beside them. Every mark leads to its cases; the table holds the same numbers.
(function () {
  "use strict";
  const charts = new Map();
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const wide = () => document.documentElement.clientWidth > 1700;
  const text = (extra) => Object.assign({ color: css("--sw-ink"), fontFamily: css("--sw-font"), fontSize: wide() ? 15 : 13 }, extra);
  const shapes = { yellow: "circle", red: "triangle", green: "diamond", blue: "rect", grey: "none" };
  const dashes = ["solid", "dashed", "dotted"];
  const number = (value) => Number(value).toLocaleString("zh-CN");

  // The tooltip is text drawn by the chart itself: an HTML one would need inline styles, which the policy forbids.
  const tooltip = (formatter, trigger) => ({
    trigger, formatter, renderMode: "richText", confine: true, textStyle: text(), backgroundColor: "#ffffff",
    borderColor: css("--sw-line-strong"), borderWidth: 1, axisPointer: { type: "line", lineStyle: { color: css("--sw-ink-soft") } },
  });

  // How many lines the legend will take, so that the chart begins below it.
  const legendLines = (names, width) => {
    const size = wide() ? 15 : 13;
    const total = names.reduce((sum, name) => sum + name.length * size + 60, 0);
    return Math.max(1, Math.ceil(total / Math.max(1, width)));
  };

  function trend(data, width) {
    const lines = data.series.map((one, index) => {
      const colour = one.lamp ? css(`--sw-lamp-${one.lamp}`) : css("--sw-ink");
      return {
        type: "line", name: one.name, data: one.values.map((value, i) => ({ value, href: one.hrefs[i] })),
        color: colour, symbol: one.lamp ? shapes[one.lamp] : "circle", symbolSize: 9, showSymbol: true,
        lineStyle: { width: 2.5, type: one.lamp ? "solid" : dashes[index % 3] },
        itemStyle: { borderColor: css("--sw-ink"), borderWidth: one.lamp === "yellow" ? 1 : 0 },
        emphasis: { disabled: true },
      };
    });
    // Yellow on white is too faint for a line: an ink line lies under it.
    const under = lines.filter((line, index) => data.series[index].lamp === "yellow").map((line) => ({
      type: "line", name: "", data: line.data.map((one) => one.value), color: css("--sw-ink"), showSymbol: false, silent: true,
      lineStyle: { width: 4.5, type: "solid" }, tooltip: { show: false }, emphasis: { disabled: true },
    }));
    const series = [...under, ...lines];
    return {
      grid: { left: 8, right: 16, top: 16 + 26 * legendLines(data.series.map((one) => one.name), width), bottom: 4, containLabel: true },
      legend: { data: data.series.map((one) => one.name), top: 0, left: 0, textStyle: text(), itemGap: 20, selectedMode: false },
      xAxis: { type: "category", data: data.days, axisLabel: text({ hideOverlap: true }), axisTick: { show: false }, axisLine: { lineStyle: { color: css("--sw-line-strong") } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: text(), splitLine: { lineStyle: { color: css("--sw-line") } } },
      tooltip: tooltip((marks) => [marks[0].axisValue, ...marks.filter((mark) => mark.seriesName).map((mark) => `${mark.seriesName} ${number(mark.value)} ${data.unit}`)].join("\n"), "axis"),
      series,
    };
  }

  function funnel(data) {
    const steps = [...data.steps].reverse();
    const name = (step) => step.days === null || step.days === undefined ? step.name : `${step.name}\n{days|中位 ${step.days} 天}`;
    return {
      grid: { left: 8, right: 72, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", show: false, max: "dataMax" },
      yAxis: { type: "category", data: steps.map(name), axisTick: { show: false }, axisLine: { show: false },
        axisLabel: text({ rich: { days: { color: css("--sw-ink-soft"), fontSize: wide() ? 14 : 12, padding: [2, 0, 0, 0] } } }) },
      tooltip: tooltip((mark) => `${data.steps[data.steps.length - 1 - mark.dataIndex].name} ${number(mark.value)} ${data.unit}`, "item"),
      series: [{ type: "bar", barWidth: "58%", color: css("--sw-action"), emphasis: { disabled: true },
        data: steps.map((step) => ({ value: step.count, href: step.href })),
        label: Object.assign({ show: true, position: "right", formatter: (mark) => `${number(mark.value)} ${data.unit}` }, text()) }],
    };
  }

  // Names run down, bars to the right; the second series is hatched, so that it is told apart without colour.
  function bars(data, width) {
    const names = [...data.names].reverse();
    const looks = [{ color: css("--sw-action") }, { color: "#ffffff", borderColor: css("--sw-ink"), borderWidth: 1.5, decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4, color: css("--sw-ink-soft") } }];
    return {
      grid: { left: 8, right: 64, top: data.series.length > 1 ? 34 : 4, bottom: 4, containLabel: true },
      legend: data.series.length > 1 ? { data: data.series.map((one) => one.name), top: 0, left: 0, textStyle: text(), selectedMode: false } : undefined,
      xAxis: { type: "value", minInterval: 1, show: false },
      yAxis: { type: "category", data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: css("--sw-line-strong") } }, axisLabel: text({ width: Math.min(220, width * 0.35), overflow: "break" }) },
      tooltip: tooltip((marks) => [marks[0].axisValue, ...marks.map((mark) => `${mark.seriesName} ${number(mark.value)} ${data.unit}`)].join("\n"), "axis"),
      series: data.series.map((one, index) => ({
        type: "bar", name: one.name, data: [...one.values].reverse(), barMaxWidth: 18, itemStyle: looks[index % 2], emphasis: { disabled: true },
        label: Object.assign({ show: true, position: "right", formatter: (mark) => mark.value ? number(mark.value) : "" }, text()),
      })),
    };
  }

  // What is gained against what it costs: a line through the choices, dotted lines for the interval, two of them marked.
  function curve(data, width) {
    const line = (key, type) => ({
      type: "line", data: data.points.map((one) => [one.x, one[key]]), color: css("--sw-ink-soft"), showSymbol: false, silent: true,
      lineStyle: { width: 1, type: "dotted" }, tooltip: { show: false }, emphasis: { disabled: true }, name: type,
    });
    const looks = { current: { symbol: "diamond", symbolSize: 15, itemStyle: { color: "#ffffff", borderColor: css("--sw-ink"), borderWidth: 2 } }, best: { symbol: "circle", symbolSize: 15, itemStyle: { color: css("--sw-action") } } };
    const words = { current: "现行", best: "最好" };
    const points = data.points.map((one) => Object.assign({
      value: [one.x, one.y], symbol: "circle", symbolSize: 8, itemStyle: { color: css("--sw-ink") },
      label: one.mark ? Object.assign({ show: true, position: one.mark === "best" ? "top" : "bottom", formatter: words[one.mark] }, text({ fontWeight: 600 })) : { show: false },
    }, looks[one.mark]));
    const xs = data.points.map((one) => one.x);
    const span = Math.max(...xs) - Math.min(...xs) || 1;
    const plain = (value) => Number(value.toFixed(2)).toLocaleString("zh-CN");
    return {
      grid: { left: 8, right: 24, top: 40, bottom: 30, containLabel: true },
      xAxis: { type: "value", name: data.x, nameLocation: "middle", nameGap: 28, min: Math.max(0, Number((Math.min(...xs) - span * 0.08).toFixed(2))), max: Number((Math.max(...xs) + span * 0.08).toFixed(2)), nameTextStyle: text(), axisLabel: text({ hideOverlap: true, showMaxLabel: false, formatter: plain }), splitNumber: width < 500 ? 4 : 8, splitLine: { lineStyle: { color: css("--sw-line") } } },
      yAxis: { type: "value", name: data.y, nameTextStyle: text({ align: "left" }), min: 0, axisLabel: text({ formatter: "{value}%" }), splitLine: { lineStyle: { color: css("--sw-line") } } },
      tooltip: tooltip((mark) => { const one = data.points[mark.dataIndex]; return `${one.name}\n${data.x} ${plain(one.x)}\n${data.y} ${one.y}（95% 区间 ${one.low}～${one.high}）`; }, "item"),
      series: [line("low", "区间下限"), line("high", "区间上限"), { type: "line", name: data.y, data: points, color: css("--sw-ink"), lineStyle: { width: 2 }, showSymbol: true, showAllSymbol: true, emphasis: { disabled: true } }],
    };
  }

  function areas(data, boundaries, key) {
    const codes = new Map(data.areas.map((area) => [String(area.code), area]));
    for (const feature of boundaries.features) {
      const code = String(feature.properties.code || feature.properties.adcode || "");
      const area = codes.get(code) || data.areas.find((one) => one.name === feature.properties.name);
      feature.properties.name = area ? area.name : feature.properties.name;
    }
    window.echarts.registerMap(key, boundaries);
    const most = Math.max(1, ...data.areas.map((area) => area.value));
    return {
      tooltip: tooltip((mark) => `${mark.name}\n${data.measure} ${Number.isFinite(mark.value) ? number(mark.value) : "—"} ${data.unit}`, "item"),
      visualMap: { type: "continuous", min: 0, max: most, left: 0, bottom: 0, itemHeight: 96, calculable: false, textStyle: text(), text: [`${data.measure} ${number(most)}`, "0"], inRange: { color: ["#f4f5f8", "#8f97b8"] } },
      series: [{ type: "map", map: key, roam: false, selectedMode: false, nameProperty: "name",
        label: Object.assign({ show: true }, text()),
        itemStyle: { areaColor: "#ffffff", borderColor: css("--sw-ink-soft"), borderWidth: 1 }, emphasis: { label: { show: true }, itemStyle: { borderWidth: 2.5, borderColor: css("--sw-ink"), areaColor: "inherit" } },
        data: data.areas.map((area) => ({ name: area.name, value: area.value, href: area.href })) }],
    };
  }

  async function draw(figure) {
    const canvas = figure.querySelector(".sw-chart-canvas");
    const source = document.getElementById(figure.dataset.chartData);
    if (!canvas || !source || charts.has(canvas) || !window.echarts) return;
    const data = JSON.parse(source.textContent);
    let option;
    if (figure.dataset.chart === "areas") {
      const answer = await fetch(data.boundaries, { credentials: "same-origin" }).catch(() => null);
      if (!answer || !answer.ok) return;
      option = areas(data, await answer.json(), figure.dataset.chartData);
    } else {
      const kinds = { trend: () => trend(data, figure.clientWidth), funnel: () => funnel(data), bars: () => bars(data, figure.clientWidth), curve: () => curve(data, figure.clientWidth) };
      option = kinds[figure.dataset.chart]();
      const rows = { funnel: () => data.steps.length, bars: () => Math.max(3, Math.ceil((data.names.length * data.series.length + 1) * 0.7)) }[figure.dataset.chart];
      if (rows) canvas.dataset.rows = String(Math.min(10, rows()));
    }
    canvas.hidden = false;
    const details = figure.querySelector("details");
    if (details) details.open = false;
    const chart = window.echarts.init(canvas, null, { renderer: "svg", locale: "ZH" });
    chart.setOption(Object.assign({ animation: false, textStyle: text() }, option));
    chart.on("click", (mark) => { if (mark.data && mark.data.href) window.location.assign(mark.data.href); });
    charts.set(canvas, chart);
  }

  const drawAll = () => {
    for (const [canvas, chart] of charts) {
      if (!canvas.isConnected) { chart.dispose(); charts.delete(canvas); }
    }
    document.querySelectorAll("figure[data-chart]").forEach(draw);
  };
  const fit = (size) => charts.forEach((chart) => chart.resize(size));
  let pending;
  window.addEventListener("resize", () => { clearTimeout(pending); pending = setTimeout(() => fit(), 150); });
  window.addEventListener("beforeprint", () => fit({ width: 640 }));
  window.addEventListener("afterprint", () => fit({ width: "auto" }));
  document.addEventListener("htmx:afterSettle", drawAll);
  drawAll();
})();
