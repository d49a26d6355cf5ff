// Builds the portal's scripts and styles into src/saishang/web/static/dist.
//
// Every entry gets a content hash in its name, and manifest.json says which name stands for which
// entry: the `asset` template tag reads it, so browsers may keep the files for ever. Text files get
// .gz and .br twins, which the web server hands out to browsers that accept them.
import { build, context } from "esbuild";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const target = path.join(root, "src/saishang/web/static/dist");
const staging = `${target}.new`;
const require = createRequire(import.meta.url);
const watch = process.argv.includes("--watch");

const entryPoints = {
  app: path.join(here, "src/app.js"),
  theme: path.join(here, "src/theme.js"),
  styles: path.join(here, "src/styles/index.css"),
  // MapLibre draws in a worker; under a strict policy the worker must be a file of ours, not a blob.
  "map-worker": path.join(path.dirname(require.resolve("maplibre-gl/package.json")), "dist/maplibre-gl-worker.mjs"),
};

const options = {
  entryPoints,
  outdir: staging,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: !watch,
  sourcemap: false,
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "asset-[hash]",
  loader: { ".svg": "file", ".woff2": "file", ".png": "file" },
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
};

async function finish(result) {
  const manifest = {};
  for (const [file, info] of Object.entries(result.metafile.outputs)) {
    if (!info.entryPoint) continue;
    const source = path.resolve(info.entryPoint);
    for (const [name, entry] of Object.entries(entryPoints)) {
      if (path.resolve(entry) === source) manifest[name + path.extname(file)] = path.basename(file);
    }
  }
  const missing = ["app.js", "theme.js", "styles.css", "map-worker.js"].filter((name) => !manifest[name]);
  if (missing.length) throw new Error(`the build did not produce ${missing.join(", ")}`);
  // Icons are one sprite, used by reference: <use href="…/icons-<hash>.svg#menu">.
  for (const name of ["icons", "mark"]) {
    const drawing = await readFile(path.join(here, `src/${name}.svg`));
    const hash = createHash("sha256").update(drawing).digest("hex").slice(0, 8).toUpperCase();
    manifest[`${name}.svg`] = `${name}-${hash}.svg`;
    await writeFile(path.join(staging, `${name}-${hash}.svg`), drawing);
  }
  let raw = 0;
  let packed = 0;
  for (const name of await readdir(staging)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const bytes = await readFile(path.join(staging, name));
    const gz = gzipSync(bytes, { level: 9 });
    raw += bytes.length;
    packed += gz.length;
    await writeFile(path.join(staging, `${name}.gz`), gz);
    const params = { [constants.BROTLI_PARAM_QUALITY]: watch ? 4 : 11 };
    await writeFile(path.join(staging, `${name}.br`), brotliCompressSync(bytes, { params }));
  }
  await writeFile(path.join(staging, "manifest.json"), JSON.stringify(manifest, null, 1));
  // Swap whole folders, so that a running server never sees half a build.
  await rm(target, { recursive: true, force: true });
  await rename(staging, target);
  const kb = (n) => `${Math.round(n / 1024)} kB`;
  console.log(`front end built: ${kb(raw)}, ${kb(packed)} compressed`);
}

await rm(staging, { recursive: true, force: true });
await mkdir(staging, { recursive: true });
if (watch) {
  const plugin = { name: "finish", setup: (b) => b.onEnd((r) => (r.errors.length ? undefined : finish(r))) };
  const ctx = await context({ ...options, plugins: [plugin] });
  await ctx.watch();
} else {
  await finish(await build(options));
}
