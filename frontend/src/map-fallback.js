// The same map as one SVG, for browsers without WebGL. Equirectangular, scaled at the middle latitude:
// at the size of a province the eye sees no difference.
const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent?.append(node);
  return node;
}

/** Draw into `node`; on paper (`live` false) nothing is a link. */
export async function fallback(node, spec, c, live = true) {
  const [[west, south], [east, north]] = spec.bounds;
  const stretch = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const width = 600;
  const scale = width / ((east - west) * stretch);
  const height = (north - south) * scale;
  const at = ([lon, lat]) => [(lon - west) * stretch * scale, (north - lat) * scale];
  const k = Math.max((height + 40) / (live ? 400 : 330), 1); // words and dots keep their size on screen and on paper
  const line = (ring) => ring.map((p, i) => `${i ? "L" : "M"}${at(p).map((v) => v.toFixed(1)).join(" ")}`).join("");
  const svg = make("svg", { viewBox: `-20 -20 ${width + 40} ${height + 40}`, class: "map-svg", role: "img" });
  if (node.getAttribute("aria-label")) svg.setAttribute("aria-label", node.getAttribute("aria-label"));
  for (const layer of spec.layers) {
    const data = layer.data ?? await (await fetch(layer.url)).json();
    for (const feature of data.features) {
      const { type, coordinates } = feature.geometry;
      const rings = { Polygon: () => coordinates, MultiPolygon: () => coordinates.flat(), LineString: () => [coordinates], MultiLineString: () => coordinates }[type]?.() ?? [];
      const area = layer.kind === "area";
      make("path", {
        d: rings.map((ring) => line(ring) + (area ? "Z" : "")).join(""),
        fill: area ? layer.colours?.[feature.properties[layer.key]] ?? c.land : "none", "fill-opacity": layer.opacity ?? (area && layer.colours ? 0.45 : 1),
        stroke: area ? c.border : layer.colour ?? c.water, "stroke-width": area ? 1.2 : 1.8, "fill-rule": "evenodd",
      }, svg);
    }
  }
  const points = spec.tiles ? await (await import("./map-tiles.js")).overview(spec) : spec.points ?? [];
  for (const point of points) {
    const [x, y] = at([point.lon, point.lat]);
    const holder = live && point.href ? make("a", { href: point.href }, svg) : make("g", {}, svg);
    const city = point.style === "city";
    make("circle", { cx: x, cy: y, r: (city ? 15 : 6) * k, fill: point.colour ?? c.empty, stroke: city ? "#1b2733" : "#fff", "stroke-width": 1.5 * k }, holder);
    if (point.badge) make("text", { x, y: y + 5 * k, "text-anchor": "middle", "font-size": 13 * k, class: "map-svg-badge", fill: point.ink ?? "#000" }, holder).textContent = point.badge;
    if (point.label) make("text", { x: x + (city ? 20 : 9) * k, y: y + 5 * k, "font-size": 14 * k, class: "map-svg-label" }, holder).textContent = point.label;
    if (point.note) make("title", {}, holder).textContent = point.note;
  }
  node.classList.add("is-svg");
  node.replaceChildren(svg);
}
