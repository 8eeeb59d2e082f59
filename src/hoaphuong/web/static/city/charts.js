/* Draws <figure class="chart" data-chart="ID"> from <script type="application/json" id="ID">.
   The JSON: {kind: "line" | "bar" | "hbar" | "stacked", unit, decimals, categories: [text],
   series: [{name, values: [number or null], dashed}], band: {name, low: [], high: []}, goal}.
   The table inside the figure says the same; it folds away once the picture stands. */
"use strict";

(() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--hp-${name}`).trim();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = [];

  const options = (figure) => {
    const lang = document.documentElement.lang;
    const write = (value) => (value === null || value === undefined || value === "-"
      ? "—"
      : `${Number(value).toLocaleString(lang, { maximumFractionDigits: figure.decimals ?? 1 })}${figure.unit ? (figure.unit === "%" ? "%" : ` ${figure.unit}`) : ""}`);
    const lying = figure.kind === "hbar";
    const line = figure.kind === "line";
    const text = { color: token("ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13 };
    const names = { type: "category", data: figure.categories, inverse: lying, axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: token("edge") } } };
    const values = { type: "value", axisLabel: { ...text, formatter: (value) => Number(value).toLocaleString(lang) }, splitLine: { lineStyle: { color: token("line") } } };
    const series = figure.series.map((one) => ({
      name: one.name,
      type: line ? "line" : "bar",
      stack: figure.kind === "stacked" ? "all" : undefined,
      data: one.values.map((value) => (value === null ? "-" : value)),
      lineStyle: { width: 2.5, type: one.dashed ? "dashed" : "solid" },
      symbolSize: 7,
      barMaxWidth: 34,
    }));
    if (figure.goal !== undefined) {
      series[0].markLine = { silent: true, symbol: "none", lineStyle: { color: token("red"), type: "dashed" }, label: { ...text, formatter: write(figure.goal), position: "insideEndTop" }, data: [lying ? { xAxis: figure.goal } : { yAxis: figure.goal }] };
    }
    if (figure.band) {
      const hidden = { type: "line", stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
      series.push({ ...hidden, name: "", data: figure.band.low });
      series.push({ ...hidden, name: figure.band.name, areaStyle: { color: token("foam"), opacity: 0.7 }, data: figure.band.high.map((high, at) => (high === null ? "-" : high - figure.band.low[at])) });
    }
    return {
      animation: !calm,
      aria: { enabled: true, decal: { show: figure.series.length > 1 && !line } },
      color: [token("sea"), token("red"), token("gold"), token("sea-mid"), token("good"), token("edge")],
      textStyle: text,
      grid: { left: 8, right: 20, top: figure.series.length > 1 || figure.band ? 44 : 16, bottom: 8, containLabel: true },
      legend: figure.series.length > 1 || figure.band ? { top: 0, left: 0, textStyle: text, data: [...figure.series, figure.band].filter(Boolean).map((one) => one.name) } : undefined,
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: write, textStyle: text },
      xAxis: lying ? values : names,
      yAxis: lying ? names : values,
      series,
    };
  };

  document.querySelectorAll("[data-chart]").forEach((figure) => {
    const source = document.getElementById(figure.dataset.chart);
    const canvas = figure.querySelector(".chart-canvas");
    if (!source || !canvas || !window.echarts) return;
    canvas.classList.add("drawn");
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(options(JSON.parse(source.textContent)));
    drawn.push(chart);
    figure.querySelectorAll("details[data-same]").forEach((table) => {
      table.open = false;
    });
  });
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
})();
