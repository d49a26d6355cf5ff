// One function per kind of chart: (what the server sent, colours, width in pixels) → ECharts option.

const grid = (extra) => ({ left: 8, right: 16, top: 36, bottom: 8, containLabel: true, ...extra });
const axis = (c, extra) => ({
  axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false }, axisLabel: { color: c.soft },
  splitLine: { lineStyle: { color: c.line, opacity: 0.6 } }, nameTextStyle: { color: c.soft, align: "left" }, ...extra,
});
const legend = (c, extra) => ({ top: 0, right: 0, icon: "roundRect", itemWidth: 14, itemHeight: 8, textStyle: { color: c.soft }, ...extra });

/** A target: the straight path from the baseline to the goal, and what was measured or reported. */
export function path(spec, c) {
  const text = spec.labels;
  const points = (wanted) => spec.history.filter((p) => p.valid === wanted).map((p) => ({ value: [p.x, p.value], point: p }));
  const years = [...spec.path.map((p) => p[0]), ...spec.history.map((p) => p.x)];
  const low = Math.floor(Math.min(...years));
  const high = Math.ceil(Math.max(...years));
  return {
    grid: grid({ bottom: 40 }),
    legend: legend(c, { top: "auto", bottom: 0, right: "auto", left: 0 }),
    tooltip: {
      trigger: "item",
      formatter: ({ data }) => (data.point
        ? `${data.point.period}\n${text.measured}: ${data.point.text} ${spec.unit}${data.point.valid ? "" : `\n${text.invalid}`}`
        : `${data.value[0]}\n${text.path}: ${data.value[1]} ${spec.unit}`),
    },
    xAxis: axis(c, { type: "value", min: low, max: Math.max(high, low + 1), minInterval: 1, axisLabel: { color: c.soft, formatter: (v) => String(v) }, splitLine: { show: false } }),
    yAxis: axis(c, { type: "value", scale: true, name: spec.unit }),
    series: [
      {
        name: text.path, type: "line", symbol: "circle", symbolSize: 5, data: spec.path.map((p) => ({ value: p })),
        lineStyle: { type: "dashed", color: c.goal, width: 2 }, itemStyle: { color: c.goal },
        markLine: spec.goal === null ? undefined : {
          silent: true, symbol: "none", lineStyle: { color: c.goal, type: "solid", width: 1 },
          label: { formatter: text.goal, color: c.soft, position: "insideEndTop", textBorderColor: c.surface, textBorderWidth: 3 }, data: [{ yAxis: spec.goal }],
        },
      },
      { name: text.measured, type: "line", symbol: "circle", symbolSize: 9, data: points(true), itemStyle: { color: c.accent }, lineStyle: { color: c.accent, width: 2 } },
      // Named in the legend only when there is one.
      ...(spec.history.every((p) => p.valid) ? [] : [{ name: text.invalid, type: "scatter", symbol: "emptyCircle", symbolSize: 9, data: points(false), itemStyle: { color: c.accent } }]),
    ],
  };
}

/** A year of days, one cell each, coloured by AQI level. */
export function calendar(spec, c, width) {
  const narrow = width < 640;
  const cell = narrow ? 13 : Math.max(11, Math.min(20, Math.floor((width - 60) / 54)));
  const chinese = document.documentElement.lang.startsWith("zh");
  return {
    tooltip: { trigger: "item", formatter: ({ data }) => (data.note ? `${data.value[0]}\n${data.note}` : data.value[0]) },
    visualMap: {
      type: "piecewise", show: false, dimension: 1,
      pieces: spec.levels.map((level) => ({ value: level.level, color: level.color })), outOfRange: { color: c.empty },
    },
    calendar: {
      range: String(spec.year), cellSize: [cell, cell], orient: narrow ? "vertical" : "horizontal",
      top: narrow ? 28 : 24, left: narrow ? "center" : 44, bottom: "auto",
      splitLine: { lineStyle: { color: c.soft, width: 1, opacity: 0.6 } },
      itemStyle: { color: c.empty, borderColor: c.surface, borderWidth: 2 },
      dayLabel: { firstDay: 1, color: c.soft, nameMap: chinese ? "ZH" : "EN" },
      monthLabel: { color: c.soft, nameMap: chinese ? "ZH" : "EN" },
      yearLabel: { show: false },
    },
    series: [{ type: "heatmap", coordinateSystem: "calendar", data: spec.days.map((d) => ({ value: [d.day, d.level], note: d.note, href: d.href })), cursor: spec.days.some((d) => d.href) ? "pointer" : "default" }],
  };
}

/** Lines or bars over named positions (months, years, hours). */
export function lines(spec, c, width) {
  const rotate = width < 480 && spec.x.length > 6 ? 45 : 0;
  return {
    grid: grid({ top: spec.series.length > 1 ? 56 : 36 }),
    legend: spec.series.length > 1 ? legend(c, { type: "scroll", left: 0 }) : undefined,
    tooltip: { trigger: "axis", valueFormatter: (v) => (v === null || v === undefined ? "—" : `${v} ${spec.unit}`) },
    xAxis: axis(c, { type: "category", data: spec.x, axisLabel: { color: c.soft, rotate, hideOverlap: true } }),
    // What has to be seen beside the data, such as a limit that nothing comes near.
    yAxis: axis(c, {
      type: "value", name: spec.unit, scale: Boolean(spec.scale),
      ...(spec.within?.length && { min: (v) => Math.floor(Math.min(v.min, ...spec.within) - 1), max: (v) => Math.ceil(Math.max(v.max, ...spec.within) + 1) }),
    }),
    series: spec.series.map((series, index) => ({
      name: series.name, type: series.type ?? "line", data: series.data, connectNulls: false,
      symbol: ["circle", "rect", "triangle", "diamond", "roundRect", "emptyCircle"][index % 6], symbolSize: spec.x.length > 60 || series.bound ? 0 : 7,
      showSymbol: spec.x.length <= 60, // The edges of a band stand back behind what they enclose.
      itemStyle: series.bound ? { color: c.soft } : undefined,
      lineStyle: series.bound ? { width: 1, type: "dashed", color: c.soft } : { width: 2, type: index >= 6 ? "dashed" : "solid" },
      markArea: index || !spec.areas?.length ? undefined : {
        silent: true, itemStyle: { color: c.goal, opacity: 0.14 }, label: { color: c.soft, position: "insideTop" },
        data: spec.areas.map((area) => [{ name: area.label, xAxis: area.from }, { xAxis: area.to }]),
      },
      markLine: series.limit === undefined || series.limit === null ? undefined : {
        silent: true, symbol: "none", lineStyle: { color: c.goal, type: "dashed" },
        label: { formatter: series.limit_label ?? String(series.limit), color: c.soft, position: "insideStartTop" }, data: [{ yAxis: series.limit }],
      },
    })),
  };
}

/** Rows × columns of shares between 0 and 1 (coverage). */
export function heat(spec, c, width) {
  return {
    grid: { left: 8, right: 8, top: 8, bottom: 48, containLabel: true },
    tooltip: { trigger: "item", formatter: ({ data }) => data.note },
    xAxis: axis(c, { type: "category", data: spec.x, splitArea: { show: false }, axisLabel: { color: c.soft, rotate: width < 560 ? 60 : 0, hideOverlap: true } }),
    yAxis: axis(c, { type: "category", data: spec.y, inverse: true, axisLabel: { color: c.soft, width: width < 560 ? 86 : 180, overflow: "truncate" } }),
    visualMap: {
      min: 0, max: 1, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 10,
      text: ["100 %", "0 %"], textStyle: { color: c.soft }, inRange: { color: spec.colours },
    },
    series: [{ type: "heatmap", data: spec.cells.map((cell) => ({ value: cell.value, note: cell.note })), itemStyle: { borderColor: c.surface, borderWidth: 1 } }],
  };
}

/** Several small charts over one axis of hours, each with its own scale. */
export function multiples(spec, c, width) {
  const across = width < 560 ? 1 : width < 900 ? 2 : 3;
  const down = Math.ceil(spec.panels.length / across);
  const place = (i) => {
    const [column, row] = [i % across, Math.floor(i / across)];
    return { left: `${(100 / across) * column + 100 / across * 0.04}%`, width: `${(100 / across) * 0.92}%`, top: `${(100 / down) * row + 100 / down * 0.16}%`, height: `${(100 / down) * 0.72}%`, containLabel: true };
  };
  return {
    tooltip: { trigger: "axis" },
    title: spec.panels.map((panel, i) => ({ text: `${panel.name} [${panel.unit}]`, left: place(i).left, top: `${(100 / down) * Math.floor(i / across)}%`, textStyle: { fontSize: 13, color: c.text, fontWeight: 600 } })),
    grid: spec.panels.map((_panel, i) => place(i)),
    xAxis: spec.panels.map((_panel, i) => axis(c, { type: "category", gridIndex: i, data: spec.x, axisLabel: { color: c.soft, hideOverlap: true }, splitLine: { show: false } })),
    yAxis: spec.panels.map((_panel, i) => axis(c, { type: "value", gridIndex: i, min: 0, splitNumber: 3 })),
    series: spec.panels.map((panel, i) => ({
      name: panel.name, type: "line", xAxisIndex: i, yAxisIndex: i, data: panel.data, connectNulls: false, symbolSize: 4, showSymbol: true,
      itemStyle: { color: c.accent }, lineStyle: { color: c.accent, width: 2 },
      tooltip: { valueFormatter: (v) => (v === null || v === undefined ? "—" : `${v} ${panel.unit}`) },
      markLine: panel.limit === null || panel.limit === undefined ? undefined : {
        silent: true, symbol: "none", lineStyle: { color: c.goal, type: "dashed" }, label: { formatter: panel.limit_label, color: c.soft, position: "insideEndTop" }, data: [{ yAxis: panel.limit }],
      },
    })),
  };
}
