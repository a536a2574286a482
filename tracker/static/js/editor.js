/* The editor of a posting, nicer: words keep themselves, the public page stands beside, rows move without a new page.
   Without script the buttons do the same, each with a page of its own.

   <form id="posting" data-keep="where to keep" data-away="…" data-signed-out="…" data-too-long="…" data-kept-words="…">
     <button data-act name="act" value="add section">   changes rows: only [data-rows] around it is drawn again
     <p data-kept>                                      says when words were kept
   <div data-others>                                    who else is at it
   <div data-editor data-view="write|preview|check">    what is shown beside, or alone where there is no room
     <div data-editor-views> <button data-show="preview">
     <section data-preview="where to ask" data-failed="…"> <p data-preview-state> <iframe data-preview-frame>
   A form without any of the others (a page that was read in) only keeps its words. */

const KEEP_AFTER = 1500;
const KEEP_AT_LEAST = 10_000;
const BEAT = 45_000;
const TRY_AGAIN = 15_000;
const PREVIEW_AFTER = 700;

const form = document.querySelector("form[data-keep]");
const wide = window.matchMedia("(min-width: 64em)");

/** Take a fresh token from the page as it is now; false where that asks to sign in. */
async function refreshToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = parsed.querySelector("input[name=csrf_token]")?.value;
  if (!fresh) return false;
  for (const each of document.querySelectorAll("input[name=csrf_token]")) each.value = fresh;
  return true;
}

/** Send the form as it is; a session that ended and began again brings its own token. */
async function send(url, more = {}, options = {}) {
  const body = () => {
    const data = new FormData(form);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    return data;
  };
  const ask = () => fetch(url, { method: "POST", body: body(), ...options });
  let answer = await ask();
  if (answer.status === 400 && (await refreshToken())) answer = await ask();
  return answer;
}

function keepWords() {
  const state = form.querySelector("[data-kept]");
  const others = document.querySelector("[data-others]");
  let changed = 0; // how often something was typed
  let kept = 0; // how much of it the server has
  let first = 0;
  let timer = 0;
  let running = null;
  let leaving = false;
  let cleared = false;
  let warned = false;

  const tell = (text, { trouble = false } = {}) => {
    if (!state) return;
    if (state.textContent.trim() !== text) state.textContent = text; // said aloud once a minute at the most
    state.classList.toggle("kept-trouble", trouble);
  };

  const hear = (answer) => {
    if (answer.said) tell(answer.said + (form.dataset.keptWords || "") + (answer.long ? ` ${answer.long}` : ""));
    if (!others || answer.others === undefined) return;
    const parsed = new DOMParser().parseFromString(answer.others, "text/html");
    if (parsed.body.textContent.trim() === others.textContent.trim()) return;
    others.replaceChildren(...parsed.body.childNodes);
    others.hidden = !others.textContent.trim();
  };

  /** Returns "kept", "refused" (the server said no, and why), "too long", "later", "signed out" or "away". */
  const attempt = async () => {
    const upTo = changed;
    const more = upTo === kept ? { beat: "1" } : {};
    try {
      const answer = await send(form.dataset.keep, more, { headers: { Accept: "application/json" } });
      if ([400, 401].includes(answer.status) || answer.redirected) {
        tell(form.dataset.signedOut, { trouble: true });
        return "signed out";
      }
      if (answer.status === 413) { // perhaps so long that nobody read what it asks
        tell(form.dataset.tooLong, { trouble: true });
        return "too long";
      }
      if (!answer.ok) {
        const why = answer.headers.get("Content-Type")?.includes("json") ? (await answer.json()).said : "";
        if (!more.beat || why) tell(why || form.dataset.away, { trouble: true });
        if (answer.status === 429) return "later";
        return answer.status >= 500 ? "away" : "refused";
      }
      kept = upTo;
      hear(await answer.json());
      return "kept";
    } catch {
      tell(form.dataset.away, { trouble: true });
      return "away";
    }
  };

  const keep = async () => {
    window.clearTimeout(timer);
    if (running) await running;
    first = 0;
    running = attempt();
    const outcome = await running;
    running = null;
    if (outcome === "kept" ? changed !== kept : !["refused", "too long"].includes(outcome)) {
      window.clearTimeout(timer);
      timer = window.setTimeout(keep, outcome === "kept" ? KEEP_AFTER : TRY_AGAIN);
    }
    return outcome;
  };

  form.addEventListener("input", () => {
    changed += 1;
    first ||= Date.now();
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, Math.max(0, Math.min(KEEP_AFTER, first + KEEP_AT_LEAST - Date.now())));
  });

  // What was typed must not go down with a page that asks to sign in: kept first, sent then.
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented || event.submitter?.formTarget === "_blank") return;
    if (cleared) {
      leaving = true;
      return;
    }
    event.preventDefault();
    if (form.dataset.waiting) return;
    form.dataset.waiting = "true";
    changed += 1;
    const outcome = await keep();
    delete form.dataset.waiting;
    if (outcome === "signed out" || (["away", "too long"].includes(outcome) && !warned)) {
      warned = true; // whoever presses again means it
      return;
    }
    warned = false;
    cleared = true;
    if (event.submitter) form.requestSubmit(event.submitter);
    else form.requestSubmit();
    cleared = false;
  });

  const flush = (more) => {
    if (leaving) return;
    const data = new FormData(form);
    if (changed === kept) data.set("beat", "1");
    if (more) data.set("left", "1");
    if (changed === kept && !more) return;
    navigator.sendBeacon(form.dataset.keep, data);
    kept = changed;
  };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(false); });
  window.addEventListener("pagehide", () => flush(true));
  window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
  window.setInterval(() => { if (!running && changed === kept) keep(); }, BEAT);
  keep();
}

/** Buttons that add, remove and move rows: the server draws the rows, and they take the old ones' place. */
function moveRows() {
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-act]");
    const rows = button?.closest("[data-rows]");
    if (!rows || rows.getAttribute("aria-busy")) return;
    event.preventDefault();
    rows.setAttribute("aria-busy", "true");
    try {
      const answer = await send(form.action, { act: button.value });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = parsed.querySelector(`[data-rows="${rows.dataset.rows}"]`);
      const goal = fresh.querySelector("[autofocus]");
      rows.replaceChildren(...fresh.childNodes);
      rows.removeAttribute("aria-busy");
      goal?.focus();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    } catch {
      rows.removeAttribute("aria-busy");
      form.dispatchEvent(new Event("input", { bubbles: true })); // says what is wrong, and tries again
      form.requestSubmit(button);
    }
  });
}

function showPreview(editor) {
  const box = editor.querySelector("[data-preview]");
  const views = editor.querySelector("[data-editor-views]");
  const frame = box.querySelector("[data-preview-frame]");
  const state = box.querySelector("[data-preview-state]");
  let timer = 0;
  let asked = null;
  let stale = true;
  let drawn = false;

  const draw = (html) => {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    for (const each of parsed.querySelectorAll("script")) each.remove();
    const inside = drawn ? frame.contentDocument : null;
    if (inside?.body) {
      // In place of the old one, so that what one is looking at stays in sight.
      inside.body.replaceChildren(...[...parsed.body.childNodes].map((each) => inside.importNode(each, true)));
    } else {
      frame.srcdoc = `<!doctype html>${parsed.documentElement.outerHTML}`;
      frame.addEventListener("load", () => { drawn = true; }, { once: true });
    }
  };

  const ask = async () => {
    if (editor.dataset.view !== "preview") return;
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await send(box.dataset.preview, {}, { signal: asked.signal });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      draw(await answer.text());
      stale = false;
      state.textContent = "";
    } catch (error) {
      if (error.name === "AbortError") return;
      state.textContent = box.dataset.failed;
      timer = window.setTimeout(ask, TRY_AGAIN);
    }
  };

  const show = (view) => {
    editor.dataset.view = view;
    for (const each of views.querySelectorAll("[data-show]")) {
      each.setAttribute("aria-pressed", String(each.dataset.show === view));
    }
    if (view === "preview" && stale) ask();
  };

  const findings = editor.querySelector("[data-findings]");
  const line = views.querySelector("[data-check-line]");
  const copyLine = () => { line.textContent = findings.querySelector("[data-summary]")?.textContent.trim() || ""; };
  new MutationObserver(copyLine).observe(findings, { childList: true, subtree: true, characterData: true });
  copyLine();

  editor.classList.add("editor-live");
  box.hidden = false;
  views.hidden = false;
  views.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (button) show(button.dataset.show);
  });
  const settle = () => show(wide.matches ? "preview" : "write");
  wide.addEventListener("change", settle);
  settle();
  form.addEventListener("input", () => {
    stale = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PREVIEW_AFTER);
  });
}

if (form) {
  const editor = document.querySelector("[data-editor]");
  keepWords();
  moveRows();
  if (editor) showPreview(editor);
}
