/* The posting check, nicer: it runs as one writes. Without script the button beside the findings does the same.

   <section data-check="id of the form" data-url="where to ask" data-failed="what to say when nobody answers">
     <div data-findings> … <p data-summary> … */

const PAUSE = 900;

for (const box of document.querySelectorAll("[data-check]")) {
  const form = document.getElementById(box.dataset.check);
  const shown = box.querySelector("[data-findings]");
  if (!form || !shown) continue;
  let timer = 0;
  let asked = null;

  const summary = () => shown.querySelector("[data-summary]")?.textContent.trim() || "";

  const say = (text) => document.dispatchEvent(new CustomEvent("announce", { detail: text }));

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const before = summary();
    try {
      const answer = await fetch(box.dataset.url, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        signal: asked.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const { html } = await answer.json();
      const parsed = new DOMParser().parseFromString(html, "text/html");
      shown.replaceChildren(...parsed.body.childNodes);
    } catch (error) {
      if (error.name === "AbortError") return;
      const line = shown.querySelector("[data-summary]");
      if (line) line.textContent = box.dataset.failed;
    }
    if (summary() !== before) say(summary());
  };

  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    asked?.abort();
  });
}
