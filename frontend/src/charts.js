// Charts: the server sends what to show as JSON beside the element; here it becomes a picture.
// Tooltips are drawn on the canvas ("richText"), because HTML ones carry inline styles.
import { BarChart, CustomChart, HeatmapChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  CalendarComponent,
  DataZoomComponent,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  PolarComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { calendar, curve, flows, heat, lines, multiples, path, plane, rose } from "./chart-kinds.js";

echarts.use([
  AriaComponent, BarChart, CalendarComponent, CanvasRenderer, CustomChart, DataZoomComponent, GraphicComponent, GridComponent,
  HeatmapChart, LegendComponent, LineChart, MarkAreaComponent, MarkLineComponent, PolarComponent, SankeyChart, ScatterChart, TitleComponent, TooltipComponent, VisualMapComponent,
]);

const kinds = { calendar, curve, flows, heat, lines, multiples, path, plane, rose };
const drawn = new Map();

function colours() {
  const css = getComputedStyle(document.documentElement);
  const read = (name) => css.getPropertyValue(name).trim();
  return {
    text: read("--ss-ink"), soft: read("--ss-ink-soft"), line: read("--ss-line"), surface: read("--ss-surface"),
    empty: read("--ss-empty"), accent: read("--ss-accent-strong"), goal: read("--ss-goal"),
    series: [1, 2, 3, 4, 5, 6].map((n) => read(`--ss-series-${n}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}

function option(node) {
  const spec = JSON.parse(document.getElementById(node.dataset.chart).textContent);
  const kind = kinds[spec.kind];
  if (!kind) throw new Error(`unknown chart kind ${spec.kind}`);
  const c = colours();
  const base = {
    animation: false,
    color: c.series,
    textStyle: { fontFamily: c.font, color: c.text },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: c.surface, borderColor: c.line,
      textStyle: { color: c.text, fontFamily: c.font, fontSize: 13 }, padding: [8, 10],
    },
  };
  const made = kind(spec, c, node.clientWidth);
  return { ...base, ...made, tooltip: { ...base.tooltip, ...made.tooltip } };
}

/** Draw one chart into `node`; redraw it on new size or colours. */
export function draw(node) {
  const chart = echarts.init(node, null, { renderer: "canvas" });
  chart.setOption(option(node));
  drawn.set(node, chart);
  // A cell that stands for a page leads to it; the table below has the same links for keyboards.
  chart.on("click", ({ data }) => { if (data?.href) location.assign(data.href); });
  let width = node.clientWidth;
  new ResizeObserver(() => {
    if (!node.clientWidth || node.clientWidth === width) return;
    width = node.clientWidth;
    chart.resize();
    chart.setOption(option(node), true);
  }).observe(node);
}

function redraw() {
  for (const [node, chart] of drawn) {
    if (!node.isConnected) {
      chart.dispose();
      drawn.delete(node);
    } else chart.setOption(option(node), true);
  }
}
document.addEventListener("saishang:theme", redraw);
addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));
