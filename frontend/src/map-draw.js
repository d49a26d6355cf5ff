// Drawing on a map: each click adds a corner, a drag moves nothing by accident. What is drawn is written as GeoJSON into
// a field of the form, which stays the truth: whoever cannot or will not draw types there, and sees it drawn.

const SOURCE = "drawn";

function read(field, kind) {
  const text = field.value.trim();
  try {
    if (kind === "point" && !text.startsWith("{")) {
      const pair = text.split(/[,，;；]/).map(Number);
      return pair.length === 2 && pair.every(Number.isFinite) ? [pair] : [];
    }
    let data = JSON.parse(text);
    if (data.type === "FeatureCollection") data = data.features[0];
    if (data.type === "Feature") data = data.geometry;
    if (data.type === "Point") return [data.coordinates];
    if (data.type === "Polygon") return data.coordinates[0].slice(0, -1);
    return data.type === "MultiPolygon" ? data.coordinates[0][0].slice(0, -1) : [];
  } catch {
    return [];
  }
}

function write(field, kind, corners) {
  const round = (corner) => corner.map((value) => Number(value.toFixed(6)));
  if (kind === "point") field.value = corners.length ? round(corners.at(-1)).join(", ") : "";
  else if (corners.length >= 3) field.value = JSON.stringify({ type: "Polygon", coordinates: [[...corners, corners[0]].map(round)] });
  else field.value = "";
}

function shape(corners, kind) {
  const points = corners.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
  if (kind === "point" || corners.length < 2) return { type: "FeatureCollection", features: points };
  const closed = corners.length > 2;
  const geometry = closed
    ? { type: "Polygon", coordinates: [[...corners, corners[0]]] }
    : { type: "LineString", coordinates: corners };
  return { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry }, ...points] };
}

/** Let the reader draw on `map`; `spec.draw` says what, `spec.into` the id of the field. */
export function wire(map, spec, node) {
  const field = document.getElementById(spec.into);
  if (!field) return;
  const kind = spec.draw;
  let corners = read(field, kind);
  const show = () => {
    if (!map.getSource(SOURCE)) {
      map.addSource(SOURCE, { type: "geojson", data: shape(corners, kind) });
      map.addLayer({ id: "drawn-area", source: SOURCE, type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#b5179e", "fill-opacity": 0.25 } });
      map.addLayer({ id: "drawn-line", source: SOURCE, type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#b5179e", "line-width": 2 } });
      map.addLayer({ id: "drawn-corner", source: SOURCE, type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": "#b5179e", "circle-radius": 5, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } });
    } else {
      map.getSource(SOURCE).setData(shape(corners, kind));
    }
  };
  const store = () => { write(field, kind, corners); show(); };
  map.getCanvas().style.cursor = "crosshair";
  map.on("click", (event) => {
    const corner = [event.lngLat.lng, event.lngLat.lat];
    corners = kind === "point" ? [corner] : [...corners, corner];
    store();
  });
  field.addEventListener("input", () => { corners = read(field, kind); show(); });
  const bar = document.createElement("p");
  bar.className = "map-tools";
  // A point has one corner: taking it back and clearing are the same.
  const undo = kind === "point" ? [] : [[spec.words.undo, () => { corners = corners.slice(0, -1); }]];
  for (const [words, act] of [...undo, [spec.words.clear, () => { corners = []; }]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-plain";
    button.textContent = words;
    button.addEventListener("click", () => { act(); store(); });
    bar.append(button);
  }
  // Below the box: inside it the notice that the map is not an official one would lie over the buttons.
  node.parentElement.after(bar);
  show();
  // New colours of the page bring a new style without what was drawn.
  map.on("styledata", () => { if (map.isStyleLoaded()) show(); });
}
