// Registers of millions on a map: the portal sums them by cell, and the map asks for the squares that it shows. A cluster is a
// button that leads closer, a thing is a link to its page; the table beside the map says the same without it.
import { Marker } from "maplibre-gl";

const kept = new Map();

/** Squares of a zoom that cover a box [[west, south], [east, north]]. */
export function covering([[west, south], [east, north]], zoom) {
  const size = 2 ** zoom;
  const inside = (value) => Math.min(Math.max(Math.floor(value), 0), size - 1);
  const column = (lon) => inside(((lon + 180) / 360) * size);
  const row = (lat) => inside(((1 - Math.asinh(Math.tan((Math.min(Math.max(lat, -85.05), 85.05) * Math.PI) / 180)) / Math.PI) / 2) * size);
  const found = [];
  for (let x = column(west); x <= column(east); x += 1) {
    for (let y = row(north); y <= row(south); y += 1) found.push([zoom, x, y]);
  }
  return found;
}

async function load(tiles, square) {
  const url = new URL(`${tiles.url}${square.join("/")}/${tiles.query}`, location.href).href;
  if (!kept.has(url)) {
    const asked = fetch(url, { headers: { Accept: "application/geo+json" } }).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status}`);
      if (answer.status === 202) kept.delete(url); // sums are being made: ask again next time
      return answer.json();
    });
    asked.catch(() => kept.delete(url));
    kept.set(url, asked);
  }
  return kept.get(url);
}

/** What a box shows at a zoom: features of its squares, how many are hidden, how far the sums are made. */
async function inside(tiles, bounds, zoom) {
  const answers = await Promise.all(covering(bounds, zoom).map((square) => load(tiles, square)));
  return {
    features: answers.flatMap((answer) => answer.features),
    hidden: answers.reduce((sum, answer) => sum + (answer.hidden ?? 0), 0),
    making: answers.find((answer) => answer.making !== undefined)?.making,
  };
}

/** The whole map as points, for paper and for browsers without WebGL. */
export async function overview(spec) {
  try {
    const { features } = await inside(spec.tiles, spec.bounds, 6);
    return features.map(({ geometry, properties }) => ({
      lon: geometry.coordinates[0], lat: geometry.coordinates[1], note: properties.note, href: properties.href,
      ...(properties.count ? { style: "city", badge: properties.short, colour: "#d6e6f2", ink: "#111" } : { style: "point", colour: properties.colour }),
    }));
  } catch {
    return [];
  }
}

function element(map, { geometry, properties }) {
  const node = document.createElement(properties.count ? "button" : "a");
  const dot = document.createElement("span");
  dot.className = "map-dot";
  node.title = properties.note;
  node.append(dot);
  if (properties.count) {
    node.type = "button";
    node.className = `map-marker map-marker-cluster${properties.invented ? " is-invented" : ""}`;
    dot.textContent = properties.short;
    node.addEventListener("click", (event) => {
      event.stopPropagation();
      map.easeTo({ center: geometry.coordinates, zoom: Math.max(properties.zoom, map.getZoom() + 1) });
    });
  } else {
    node.className = `map-marker map-marker-point${properties.invented ? " is-invented" : ""}`;
    node.href = properties.href;
    dot.style.backgroundColor = properties.colour;
  }
  return node;
}

/** Show on `map` what its view holds, now and after every move. */
export function wire(map, spec, node) {
  const { tiles } = spec;
  const said = document.createElement("p");
  said.className = "map-tools small soft";
  said.setAttribute("role", "status");
  node.parentElement.after(said);
  let markers = [];
  let turn = 0;
  const show = async () => {
    turn += 1;
    const mine = turn;
    const box = map.getBounds();
    const zoom = Math.min(Math.max(Math.floor(map.getZoom() + 1e-6), 0), tiles.deepest);
    let found;
    try {
      found = await inside(tiles, [[box.getWest(), box.getSouth()], [box.getEast(), box.getNorth()]], zoom);
    } catch {
      if (mine === turn) said.textContent = tiles.failed;
      return;
    }
    if (mine !== turn) return; // the view has moved on
    for (const marker of markers) marker.remove();
    markers = found.features.map((feature) => {
      const made = new Marker({ element: element(map, feature), anchor: "center" }).setLngLat(feature.geometry.coordinates).addTo(map);
      const shown = made.getElement();
      // MapLibre calls every marker a button and names it; these are a button or a link by themselves.
      shown.removeAttribute("role");
      shown.setAttribute("aria-label", feature.properties.note);
      return made;
    });
    said.textContent = found.making !== undefined ? tiles.making.replace("{n}", found.making) : found.hidden ? tiles.more.replace("{n}", found.hidden) : "";
    node.dataset.shown = String(found.features.length);
  };
  map.on("moveend", show);
  return show();
}
