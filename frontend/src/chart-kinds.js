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
  // [year, low, middle, high]: what the forecast says, from the last value that it knows on.
  const band = spec.band ?? [];
  const years = [...spec.path.map((p) => p[0]), ...spec.history.map((p) => p.x), ...band.map((p) => p[0])];
  const edge = (name, place, extra) => ({
    name, type: "line", data: band.map((p) => ({ value: [p[0], p[place]], band: p })), symbol: "none", itemStyle: { color: c.series[2] },
    lineStyle: { color: c.series[2], width: 1, type: "dotted" }, ...extra,
  });
  const low = Math.floor(Math.min(...years));
  const high = Math.ceil(Math.max(...years));
  return {
    grid: grid({ bottom: 40 }),
    legend: legend(c, {
      top: "auto", bottom: 0, right: "auto", left: 0, type: "scroll",
      // The edges of the band carry its name with blanks behind, and are not named again.
      data: [text.path, text.measured, ...(spec.history.every((p) => p.valid) ? [] : [text.invalid]), ...(band.length ? [text.band, text.middle] : [])],
    }),
    tooltip: {
      trigger: "item",
      formatter: ({ data }) => (data.point
        ? `${data.point.period}\n${text.measured}: ${data.point.text} ${spec.unit}${data.point.valid ? "" : `\n${text.invalid}`}`
        : data.band ? `${data.band[0]}\n${text.middle}: ${data.band[2]} ${spec.unit}\n${text.band}: ${data.band[1]} – ${data.band[3]} ${spec.unit}`
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
      ...(band.length ? [
        // Two lines closed to an area: stacking would need the same years in every series.
        {
          name: text.band, type: "custom", silent: true, z: 0, itemStyle: { color: c.series[2] }, data: [[band[0][0], band[0][2]]],
          encode: { x: 0, y: 1 }, clip: true,
          renderItem: (_params, api) => ({
            type: "polygon", style: { fill: c.series[2], opacity: 0.18 },
            shape: { points: [...band.map((p) => api.coord([p[0], p[3]])), ...band.toReversed().map((p) => api.coord([p[0], p[1]]))] },
          }),
        },
        edge(`${text.band} `, 1, {}), edge(`${text.band}  `, 3, {}),
        edge(text.middle, 2, { symbol: "diamond", symbolSize: 8, lineStyle: { color: c.series[2], width: 2, type: "dotted" } }),
      ] : []),
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
  // Bars stand for names: each needs its own, broken into lines where there is room and shortened where there is not.
  const named = spec.x.length <= 14 && spec.series.every((series) => series.type === "bar") && spec.x.some((x) => String(x).length > 8);
  const names = { interval: 0, hideOverlap: false, overflow: rotate ? "truncate" : "break", width: rotate ? 84 : (width - 60) / spec.x.length - 8 };
  // Where points would be too many, the kind of line tells series apart without colour.
  const many = spec.x.length > 60;
  const drawn = spec.series.filter((series) => !series.bound);
  const kind = (series, index) => (index >= 6 ? "dashed" : many ? ["solid", [9, 4], [2, 3], [14, 4, 2, 4]][drawn.indexOf(series) % 4] : "solid");
  return {
    grid: grid({ top: spec.series.length > 1 ? 56 : 36 }),
    legend: spec.series.length > 1 ? legend(c, { type: "scroll", left: 0, icon: undefined, itemWidth: 26, itemHeight: 10 }) : undefined,
    tooltip: { trigger: "axis", valueFormatter: (v) => (v === null || v === undefined ? "—" : `${v} ${spec.unit}`) },
    xAxis: axis(c, { type: "category", data: spec.x, axisLabel: { color: c.soft, rotate, hideOverlap: true, ...(named ? names : {}) } }),
    // What has to be seen beside the data, such as a limit that nothing comes near.
    yAxis: axis(c, {
      type: "value", name: spec.unit, scale: Boolean(spec.scale),
      ...(spec.within?.length && { min: (v) => Math.floor(Math.min(v.min, ...spec.within) - 1), max: (v) => Math.ceil(Math.max(v.max, ...spec.within) + 1) }),
    }),
    series: spec.series.map((series, index) => ({
      name: series.name, type: series.type ?? "line", data: series.data, connectNulls: false,
      symbol: series.bound || many ? "none" : ["circle", "rect", "triangle", "diamond", "roundRect", "emptyCircle"][index % 6], symbolSize: many || series.bound ? 0 : 7,
      showSymbol: !many, // The edges of a band stand back behind what they enclose.
      itemStyle: series.bound ? { color: c.soft } : undefined,
      lineStyle: series.bound ? { width: 1, type: "dashed", color: c.soft } : { width: 2, type: kind(series, index) },
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

/** Curves of pairs over two logarithmic axes: a limit over frequency [MHz], and what stands below it. */
export function curve(spec, c, width) {
  const value = (v) => (v >= 1 ? String(+v.toFixed(2)) : String(+v.toPrecision(2)));
  const frequency = (v) => {
    const [factor, unit] = v >= 1e3 ? [1e-3, "GHz"] : v >= 1 ? [1, "MHz"] : v >= 1e-3 ? [1e3, "kHz"] : [1e6, "Hz"];
    return `${+(v * factor).toPrecision(3)} ${unit}`;
  };
  const decade = (values, round) => 10 ** round(Math.log10(round === Math.floor ? Math.min(...values) : Math.max(...values)));
  const across = spec.series.flatMap((series) => series.data.map((pair) => pair[0]));
  const up = spec.series.flatMap((series) => series.data.map((pair) => pair[1]));
  const axes = (values, extra) => axis(c, { type: "log", splitNumber: 12, min: decade(values, Math.floor), max: decade(values, Math.ceil), ...extra });
  return {
    grid: grid({ top: 56, right: 24 }),
    legend: legend(c, { type: "scroll", left: 0 }),
    tooltip: { trigger: "item", formatter: ({ seriesName, value: pair }) => `${seriesName}\n${frequency(pair[0])}: ${value(pair[1])} ${spec.unit}` },
    xAxis: axes(across, { axisLabel: { color: c.soft, hideOverlap: true, rotate: width < 560 ? 45 : 0, formatter: frequency } }),
    yAxis: axes(up, { name: spec.unit, axisLabel: { color: c.soft, formatter: value } }),
    series: spec.series.map((series) => ({
      name: series.name, type: "line", data: series.data, symbol: series.bound ? "none" : "circle", symbolSize: 8,
      itemStyle: series.bound ? { color: c.goal } : undefined, lineStyle: series.bound ? { width: 2, color: c.goal } : { width: 4 },
    })),
  };
}

/** Masses that come in on the left and go out on the right; names and figures stand beside, so that no colour is needed. */
export function flows(spec, c, width) {
  const narrow = width < 560;
  const total = (name) => {
    const sum = (key) => spec.links.filter((link) => link[key] === name).reduce((all, link) => all + link.value, 0);
    return Math.max(sum("source"), sum("target"));
  };
  const plain = (mass) => String(Number(mass.toFixed(4)));
  const incoming = new Set(spec.links.map((link) => link.target));
  return {
    tooltip: {
      trigger: "item",
      formatter: ({ data }) => (data.source ? `${data.source} → ${data.target}\n${plain(data.value)} ${spec.unit}` : `${data.name}\n${plain(total(data.name))} ${spec.unit}`),
    },
    series: [{
      type: "sankey", left: 8, right: narrow ? 96 : 150, top: 12, bottom: 12, nodeWidth: 14, nodeGap: narrow ? 22 : 16, draggable: false,
      emphasis: { focus: "adjacency" }, lineStyle: { color: c.soft, opacity: 0.22, curveness: 0.5 },
      data: spec.nodes.map((node) => ({
        name: node.name,
        itemStyle: node.loose
          ? { color: c.surface, borderColor: c.goal, borderWidth: 2, borderType: "dashed" }
          : { color: node.middle ? c.accent : c.soft, borderColor: c.surface, borderWidth: 1 },
        label: {
          position: "right", color: c.text, fontSize: 12, textBorderColor: c.surface, textBorderWidth: 3, width: incoming.has(node.name) && !node.middle ? (narrow ? 90 : 140) : undefined, overflow: "break",
          formatter: () => `${node.name}${narrow ? "\n" : " "}${plain(total(node.name))}`,
        },
      })),
      links: spec.links,
    }],
  };
}

/** Bars around a compass, north on top, clockwise; several series are stacked from the middle outwards. */
export function rose(spec, c, width) {
  const narrow = width < 420;
  const colours = spec.series.map((series, i) => series.colour ?? c.series[i % c.series.length]);
  return {
    legend: spec.series.length > 1 ? legend(c, { type: "scroll", left: 0, bottom: 0, top: "auto" }) : undefined,
    polar: { center: ["50%", "47%"], radius: narrow ? "62%" : "72%" },
    tooltip: { trigger: "item", formatter: ({ dataIndex, seriesName, value }) => spec.notes?.[dataIndex] ?? `${spec.x[dataIndex]}\n${seriesName}: ${value} ${spec.unit}` },
    angleAxis: {
      type: "category", data: spec.x, startAngle: 90 + 180 / spec.x.length, clockwise: true,
      axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false }, axisLabel: { color: c.soft, interval: 0, fontSize: narrow ? 10 : 12 }, splitLine: { show: false },
    },
    // Figures stand above the bars; the outermost would run into the name of a direction, and the ring before it tells the step.
    radiusAxis: { z: 8, min: 0, axisLine: { show: false }, axisTick: { show: false }, splitNumber: 4, axisLabel: { color: c.soft, showMaxLabel: false, formatter: (v) => `${v}${spec.unit === "%" ? " %" : ""}`, textBorderColor: c.surface, textBorderWidth: 3 }, splitLine: { lineStyle: { color: c.line, opacity: 0.7 } } },
    series: [
      ...spec.series.map((series, i) => ({
        name: series.name, type: "bar", coordinateSystem: "polar", stack: "all", data: series.data, barCategoryGap: "12%",
        itemStyle: { color: colours[i], opacity: series.opacity ?? 1, borderColor: c.surface, borderWidth: 0.5 },
      })),
      // The share of all directions together, as a ring to compare with.
      ...(spec.ring === undefined ? [] : [{
        name: spec.ring_label, type: "line", coordinateSystem: "polar", symbol: "none", silent: true,
        data: [...spec.x.map(() => spec.ring), spec.ring], lineStyle: { color: c.goal, type: "dashed", width: 2 }, itemStyle: { color: c.goal },
      }]),
    ],
  };
}

/** Square cells on the plane of wind: where it comes from and how fast; places without enough data stay blank. */
export function plane(spec, c, width) {
  const side = Math.min(width - 16, 460);
  const cells = spec.axis.length;
  const words = (v) => { const i = Number(v); return Number.isInteger(i) ? String(i) : ""; };
  const rings = spec.rings.map((speed) => ({ speed, share: speed / spec.reach }));
  const box = Math.max(160, side - 96);
  const left = Math.max(40, (width - box) / 2);
  const middle = [left + box / 2, 24 + box / 2];
  const across = (box / cells) * ((cells - 1) / 2);
  return {
    grid: { left, top: 24, width: box, height: box },
    tooltip: { trigger: "item", formatter: ({ data }) => data?.note ?? "" },
    xAxis: axis(c, { type: "category", data: spec.axis, name: spec.words.east, nameLocation: "middle", nameGap: 24, nameTextStyle: { color: c.soft, align: "center" }, axisLabel: { color: c.soft, formatter: words, interval: 1 }, splitLine: { show: false } }),
    yAxis: axis(c, { type: "category", data: spec.axis, name: spec.words.north, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: c.soft, align: "center" }, axisLabel: { color: c.soft, formatter: words, interval: 1 }, splitLine: { show: false } }),
    visualMap: {
      min: spec.low, max: spec.high, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 140, itemWidth: 10, precision: spec.precision,
      text: [`${spec.high} ${spec.unit}`, `${spec.low} ${spec.unit}`], textStyle: { color: c.soft }, inRange: { color: spec.colours }, dimension: 2,
    },
    graphic: [
      ...rings.map(({ speed, share }) => ({ type: "circle", silent: true, z: 5, shape: { cx: middle[0], cy: middle[1], r: across * share }, style: { fill: "none", stroke: c.soft, lineWidth: 1, lineDash: [3, 3] }, info: speed })),
      ...["top", "right", "bottom", "left"].map((name, i) => ({
        type: "text", silent: true, z: 6, style: { text: spec.words[name], fill: c.text, font: `600 12px ${c.font}`, textAlign: "center", textVerticalAlign: "middle" },
        x: middle[0] + [0, 1, 0, -1][i] * (box / 2 - 10), y: middle[1] + [-1, 0, 1, 0][i] * (box / 2 - 10),
      })),
    ],
    series: [{ type: "heatmap", data: spec.cells.map((cell) => ({ value: cell.value, note: cell.note })), itemStyle: { borderWidth: 0 } }],
  };
}
