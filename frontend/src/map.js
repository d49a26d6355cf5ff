// Maps: outlines and points of our own, no outside tiles. Labels are HTML markers, so no font server is needed.
import { LngLatBounds, Map as MapLibre, Marker, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";

function paint() {
  const css = getComputedStyle(document.documentElement);
  const read = (name) => css.getPropertyValue(name).trim();
  return { ground: read("--ss-map-ground"), land: read("--ss-map-land"), border: read("--ss-map-border"), water: read("--ss-map-water"), empty: read("--ss-empty") };
}

function webgl() {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    if (!context) return false;
    context.getExtension("WEBGL_lose_context")?.loseContext();
    return true;
  } catch {
    return false;
  }
}

function style(spec, c) {
  const sources = {};
  const layers = [{ id: "ground", type: "background", paint: { "background-color": c.ground } }];
  for (const layer of spec.layers) {
    sources[layer.id] = { type: "geojson", data: layer.data ?? new URL(layer.url, location.href).href };
    if (layer.kind === "area") {
      layers.push({
        id: `${layer.id}-fill`, source: layer.id, type: "fill",
        paint: { "fill-color": layer.colours ? ["match", ["get", layer.key], ...Object.entries(layer.colours).flat(), c.land] : c.land, "fill-opacity": layer.opacity ?? (layer.colours ? 0.45 : 1) },
      });
      layers.push({ id: `${layer.id}-line`, source: layer.id, type: "line", paint: { "line-color": c.border, "line-width": layer.width ?? 1.2 } });
    } else {
      layers.push({ id: `${layer.id}-line`, source: layer.id, type: "line", paint: { "line-color": layer.colour ?? c.water, "line-width": layer.width ?? 1.6, "line-opacity": layer.opacity ?? 1 } });
    }
  }
  return { version: 8, sources, layers };
}

function marker(point) {
  const node = document.createElement(point.href ? "a" : "span");
  node.className = `map-marker map-marker-${point.style ?? "point"}`;
  if (point.href) node.href = point.href;
  const dot = document.createElement("span");
  dot.className = "map-dot";
  if (point.colour) dot.style.backgroundColor = point.colour;
  dot.textContent = point.badge ?? "";
  if (point.ink) dot.style.color = point.ink;
  node.append(dot);
  if (point.label) {
    const label = document.createElement("span");
    label.className = "map-label";
    label.textContent = point.label;
    node.append(label);
  }
  if (point.note) node.title = point.note;
  return node;
}

/** What the map itself says, in the reader's language; MapLibre speaks English only. */
function words() {
  if (!document.documentElement.lang.startsWith("zh")) return {};
  return {
    "CooperativeGesturesHandler.WindowsHelpText": "按住 Ctrl 并滚动滚轮可缩放地图",
    "CooperativeGesturesHandler.MacHelpText": "按住 ⌘ 并滚动可缩放地图",
    "CooperativeGesturesHandler.MobileHelpText": "用两根手指移动地图",
    "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "Map.Title": "地图", "Marker.Title": "地图标记", "Popup.Close": "关闭",
  };
}

/** A WebGL canvas prints empty: the same map as SVG waits beside it for paper. */
async function paper(node, spec) {
  const sheet = document.createElement("div");
  sheet.className = "map-paper";
  sheet.setAttribute("aria-hidden", "true");
  const { fallback } = await import("./map-fallback.js");
  await fallback(sheet, spec, { ...paint(), land: "#fbfaf4", border: "#7f909d", water: "#4e8fbf" }, false);
  node.after(sheet);
}

/** Draw one map; where the browser has no WebGL, say so and leave the table. */
export async function draw(node) {
  const spec = JSON.parse(document.getElementById(node.dataset.map).textContent);
  if (!webgl()) {
    const { fallback } = await import("./map-fallback.js");
    await fallback(node, spec, paint());
    return;
  }
  setWorkerUrl(new URL(node.dataset.worker, location.href).href);
  const map = new MapLibre({
    container: node, style: style(spec, paint()), bounds: spec.bounds, fitBoundsOptions: { padding: 24 },
    attributionControl: false, dragRotate: false, pitchWithRotate: false, cooperativeGestures: true, maxZoom: spec.draw || spec.near ? 18 : 13, minZoom: 4,
    locale: { ...words(), ...spec.locale },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  const box = new LngLatBounds(spec.bounds);
  for (const point of spec.points ?? []) {
    const made = new Marker({ element: marker(point), anchor: point.style === "city" ? "center" : "center" }).setLngLat([point.lon, point.lat]);
    if (!point.href && point.note) made.setPopup(new Popup({ offset: 12, maxWidth: "260px" }).setText(point.note));
    made.addTo(map);
    // MapLibre calls every marker a button; a link is a link, and plain words are only words.
    const element = made.getElement();
    if (point.href) { element.removeAttribute("role"); element.removeAttribute("aria-label"); }
    else { element.setAttribute("role", "img"); element.setAttribute("aria-label", point.note ?? point.label ?? ""); }
  }
  document.addEventListener("saishang:theme", () => map.setStyle(style(spec, paint())));
  await new Promise((resolve) => { map.once("load", resolve); map.once("error", resolve); });
  if (spec.draw) (await import("./map-draw.js")).wire(map, spec, node);
  if (spec.tiles) await (await import("./map-tiles.js")).wire(map, spec, node);
  await paper(node, spec);
  // Who draws, or looks closer at a cluster, has chosen a view of his own: a new size keeps it.
  new ResizeObserver(() => { map.resize(); if (!spec.draw && !spec.tiles) map.fitBounds(box, { padding: 24, animate: false }); }).observe(node);
}
