// The shell: navigation on narrow screens, colours, partial updates, and lazy charts and maps.
import htmx from "htmx.org";
import { drafts } from "./drafts.js";

// No inline style, no eval: the pages run under a strict Content-Security-Policy.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

/** Say something to screen readers without moving the focus. */
function announce(text) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = text;
}

function navigation() {
  const button = document.querySelector("[data-nav-toggle]");
  const menu = document.getElementById("site-menu");
  if (!button || !menu) return;
  const set = (open) => {
    button.setAttribute("aria-expanded", String(open));
    menu.classList.toggle("is-open", open);
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (button.getAttribute("aria-expanded") === "true") {
      set(false);
      button.focus();
    }
    for (const open of document.querySelectorAll("details.menu[open]")) {
      open.removeAttribute("open");
      open.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
  });
}

/** The key "/" leads to the search box, unless somebody is writing. */
function searchKey() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    if (at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) return;
    const box = document.getElementById("search-words") ?? document.querySelector("[data-search-box]");
    if (!box) return;
    // On a narrow screen the box waits in the menu.
    if (!box.offsetParent) document.querySelector("[data-nav-toggle]")?.click();
    event.preventDefault();
    box.focus();
    box.select();
  });
}

/** Buttons that print the page; without script they are not shown. */
function printButtons() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

function colours() {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  const show = () => {
    const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
    button.setAttribute("aria-pressed", String(dark));
  };
  show();
  button.addEventListener("click", () => {
    const next = document.documentElement.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `saishang_theme=${next}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    document.documentElement.setAttribute("data-bs-theme", next);
    show();
    document.dispatchEvent(new CustomEvent("saishang:theme"));
  });
}

function observe(selector, load) {
  const nodes = [...document.querySelectorAll(selector)].filter((node) => !node.dataset.ready);
  if (!nodes.length) return;
  const start = (node) => {
    node.dataset.ready = "loading";
    load().then((module) => module.draw(node)).then(
      () => { node.dataset.ready = "done"; },
      (error) => {
        node.dataset.ready = "failed";
        node.textContent = node.dataset.failed ?? "";
        throw error;
      },
    );
  };
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      if (!entry.target.dataset.ready) start(entry.target);
    }
  }, { rootMargin: "400px" });
  for (const node of nodes) watcher.observe(node);
  // Print and tools that do not scroll would never see a lazily drawn picture: the rest is drawn when the page rests,
  // one after the other, so that the reader's scrolling comes first.
  const rest = () => {
    const next = nodes.find((node) => !node.dataset.ready && node.isConnected);
    if (!next) return;
    start(next);
    later(rest);
  };
  const later = (work) => (window.requestIdleCallback ? requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 300));
  later(rest);
  addEventListener("beforeprint", () => {
    for (const node of nodes) if (!node.dataset.ready) start(node);
  });
}

function pictures() {
  observe("[data-chart]", () => import("./charts.js"));
  observe("[data-map]", () => import("./map.js"));
}

/**
 * Selects that stand alone in a form send it on change; the button stays for those without scripts. Who walks through
 * the choices with the keyboard sends with Enter or by leaving the field, not with every arrow.
 */
function autosubmit() {
  for (const control of document.querySelectorAll("form[data-autosubmit] select, form[data-autosubmit] input[type=radio]")) {
    if (control.dataset.wired) continue;
    control.dataset.wired = "1";
    let typing = false;
    let changed = false;
    const send = () => { changed = false; control.form.requestSubmit(); };
    control.addEventListener("pointerdown", () => { typing = false; });
    control.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && changed) send();
      typing = event.key !== "Enter" && event.key !== "Tab";
    });
    control.addEventListener("change", () => { if (typing) changed = true; else send(); });
    control.addEventListener("blur", () => { if (changed) send(); });
  }
}

/** Wide tables scroll sideways; give them keyboard focus only when they really do. */
function scrollers() {
  for (const box of document.querySelectorAll(".table-scroll")) {
    if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}

/** One box that picks every entry of the page; shown where there is a script to do it. */
function picking() {
  const label = document.querySelector("[data-pick-page]");
  if (!label || label.dataset.wired) return;
  label.dataset.wired = "1";
  label.hidden = false;
  const all = label.querySelector("input");
  const boxes = () => [...document.querySelectorAll("input[name=pk]")];
  all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; });
  for (const box of boxes()) {
    box.addEventListener("change", () => {
      const on = boxes().filter((one) => one.checked).length;
      all.checked = on === boxes().length;
      all.indeterminate = on > 0 && !all.checked;
    });
  }
}

function wire() {
  pictures();
  autosubmit();
  picking();
  scrollers();
}

/** On paper nothing can be opened: groups of rows are opened for printing and closed again. */
function printing() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.target-group:not([open])")];
    for (const group of opened) group.open = true;
  });
  addEventListener("afterprint", () => {
    for (const group of opened) group.open = false;
    opened = [];
  });
}

navigation();
searchKey();
printButtons();
colours();
printing();
drafts();
wire();
addEventListener("resize", scrollers);
document.addEventListener("toggle", scrollers, true);
document.body.addEventListener("htmx:afterSettle", (event) => {
  wire();
  const count = event.detail.target?.querySelector?.("[data-announce]");
  if (count) announce(count.textContent.trim());
});
document.body.addEventListener("htmx:responseError", (event) => {
  announce(`${event.detail.xhr.status} ${event.detail.xhr.statusText}`);
});
