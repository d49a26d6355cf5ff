// Sets light or dark before the first paint. Runs in <head>, so it stays tiny and imports nothing.
(() => {
  const stored = document.cookie.match(/(?:^|;\s*)saishang_theme=(light|dark)/);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", stored ? stored[1] : dark ? "dark" : "light");
  document.documentElement.classList.add("js");
})();
