// Forms that save themselves (data-autosave): nothing that was typed is lost to a dropped connection, a session that
// ended or a closed window. What the server has not taken stays in this browser and is offered again.
const PAUSE = 1500;
const SIGN_OF_LIFE = 60_000;
const LONGEST_WAIT = 60_000;

/** What the form holds, as pairs; the token and the version are not content. */
function content(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken", "version", "then"].includes(name));
}

function fill(form, pairs) {
  for (const [name, value] of pairs) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field) field.value = value;
  }
}

function watch(form) {
  const key = `saishang:draft:${form.dataset.autosave}`;
  const state = form.querySelector("[data-autosave-state]");
  let saved = JSON.stringify(content(form));
  let timer = 0;
  let wait = PAUSE;
  let busy = false;
  let stopped = false;
  const dirty = () => JSON.stringify(content(form)) !== saved;
  const say = (text, tone = "") => { if (state) { state.textContent = text; state.dataset.tone = tone; } };
  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), pairs: content(form) }));
    } catch { /* a full or closed store: the server's copy remains */ }
  };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* see above */ } };

  async function send(extra) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(extra ?? {})) body.set(name, value);
    const answer = await fetch(form.dataset.autosave, {
      method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new Error("signed-out");
    return { status: answer.status, told: await answer.json() };
  }

  async function save() {
    if (busy || stopped || !dirty()) return;
    busy = true;
    const sent = JSON.stringify(content(form));
    say(form.dataset.saving);
    try {
      const { status, told } = await send();
      if (status === 200) {
        saved = sent;
        form.elements.namedItem("version").value = told.version;
        for (const other of document.querySelectorAll("form input[name=version]")) other.value = told.version;
        if (!dirty()) forget();
        wait = PAUSE;
        say(`${form.dataset.saved} ${told.saved}${told.other ? ` · ${told.other} ${form.dataset.also}` : ""}`, told.other ? "warn" : "");
      } else {
        // Somebody else was faster, or something is too long: the button shows what, and what to do.
        stopped = status === 409;
        say(`${form.dataset.refused}${told.message}`, "error");
      }
    } catch (error) {
      keep();
      say(error.message === "signed-out" ? form.dataset.signedOut : form.dataset.offline, "error");
      wait = Math.min(wait * 2, LONGEST_WAIT);
      later();
    } finally {
      busy = false;
      if (!stopped && dirty() && wait === PAUSE) later();
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  form.addEventListener("input", () => { keep(); later(); });
  form.addEventListener("submit", () => { clearTimeout(timer); stopped = true; keep(); });
  addEventListener("online", () => { wait = PAUSE; save(); });
  addEventListener("beforeunload", (event) => { if (!stopped && dirty()) event.preventDefault(); });
  setInterval(() => {
    if (!dirty() && !document.hidden && !stopped) {
      send({ touch: "1" }).then(({ told }) => { if (told.other) say(`${told.other} ${form.dataset.also}`, "warn"); }, () => {});
    }
  }, SIGN_OF_LIFE);
  offer(form, key, saved, (pairs) => { fill(form, pairs); later(); }, forget);
}

/** What was left in this browser by an earlier visit, where it differs from what the server has. */
function offer(form, key, saved, take, forget) {
  let left = null;
  try { left = JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return; }
  if (!left || JSON.stringify(left.pairs) === saved) { if (left) forget(); return; }
  const note = document.createElement("div");
  note.className = "note note-warn";
  note.setAttribute("role", "status");
  const words = document.createElement("p");
  words.className = "mb-0";
  words.textContent = `${form.dataset.restore} ${new Date(left.at).toLocaleString()} `;
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-plain";
    made.textContent = text;
    made.addEventListener("click", () => { act(); note.remove(); });
    words.append(made, " ");
  };
  button(form.dataset.take, () => take(left.pairs));
  button(form.dataset.drop, forget);
  note.append(words);
  form.before(note);
}

export function drafts() {
  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}
