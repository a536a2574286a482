/* What every page gains where script runs. Nothing here is needed to use a page.

   data-focus               takes the focus when the page opens (the error summary)
   data-confirm="…"         on a form: asks before it is sent
   data-print               a button (hidden in the page) that prints
   data-share               a button (hidden in the page) that opens the device's sharing; data-share-title optional
   data-copy="#id"          a button (hidden in the page) that copies the text of an element; "" copies the address
   data-player="URL"        on a link with a still image: a click puts the player in its place
   data-count               on a text area with maxlength: says how many characters are left
   data-submit-on-change    on a form of filters: sends itself when a choice changes
   data-check-all="name"    a checkbox (hidden in the page, or in a hidden label) that ticks all of that name
   Another module speaks through document.dispatchEvent(new CustomEvent("announce", { detail: "text" })). Modules do
   not import each other: each has an address of its own made from its content, so an import would run a second copy.
   Every form with method post is sent once; a second click is ignored. */

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Say something to screen readers without moving the focus. */
function announce(text) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  window.setTimeout(() => { region.textContent = text; }, 60);
}

/** Show an element, or the hidden label around it. */
function reveal(element) {
  element.hidden = false;
  const around = element.closest("label[hidden]");
  if (around) around.hidden = false;
}

function focusSummary() {
  const summary = document.querySelector("[data-focus]");
  if (!summary) return;
  if (summary.classList.contains("error-summary")) {
    document.title = `${document.documentElement.dataset.errorWord || "Error"}: ${document.title}`;
  }
  summary.focus();
}

/* Sent once: the button stays focusable and keeps its value in the form, so aria-disabled and not disabled. */
function guardForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
    form.dataset.sent = "true";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  // A page that comes back from the history, or an answer that is a download, must be usable again.
  const release = () => $$("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    $$("[aria-disabled=true]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) release(); });
  document.addEventListener("submit", () => window.setTimeout(release, 8000));
}

function copyText(button) {
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
  const text = source ? (source.value ?? source.textContent.trim()) : location.href;
  const before = button.innerHTML;
  navigator.clipboard.writeText(text).then(() => {
    button.textContent = button.dataset.copied || "Copied";
    announce(button.textContent);
    window.setTimeout(() => { button.innerHTML = before; }, 2500);
  });
}

function showButtons() {
  for (const button of $$("[data-print]")) {
    reveal(button);
    button.addEventListener("click", () => window.print());
  }
  if (navigator.share) {
    for (const button of $$("[data-share]")) {
      reveal(button);
      button.addEventListener("click", () => {
        const title = button.dataset.shareTitle || document.title;
        navigator.share({ title, url: button.dataset.share || location.href }).catch(() => {});
      });
    }
  }
  if (navigator.clipboard) {
    for (const button of $$("[data-copy]")) {
      reveal(button);
      button.addEventListener("click", () => copyText(button));
    }
  }
}

/* Nothing is asked of the film's host before the click. */
function playFilms() {
  for (const link of $$("a[data-player]")) {
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.src = link.dataset.player;
      frame.title = link.dataset.playerTitle || link.textContent.trim();
      frame.allow = "autoplay; fullscreen; picture-in-picture";
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      const box = document.createElement("div");
      box.className = "film";
      box.append(frame);
      link.replaceWith(box);
      frame.focus();
    });
  }
}

function countCharacters() {
  for (const area of $$("textarea[data-count][maxlength]")) {
    const line = document.createElement("p");
    line.className = "count-state";
    line.setAttribute("aria-hidden", "true");
    area.after(line);
    let timer;
    const show = () => {
      const left = area.maxLength - area.value.length;
      line.textContent = (area.dataset.countWords || "%s characters left").replace("%s", left.toLocaleString());
      window.clearTimeout(timer);
      if (left < 200) timer = window.setTimeout(() => announce(line.textContent), 1200);
    };
    area.addEventListener("input", show);
    show();
  }
}

function checkAll() {
  for (const master of $$("[data-check-all]")) {
    reveal(master);
    master.addEventListener("change", () => {
      for (const box of $$(`input[type=checkbox][name="${CSS.escape(master.dataset.checkAll)}"]`)) {
        box.checked = master.checked;
      }
    });
  }
}

function sendFilters() {
  for (const form of $$("form[data-submit-on-change]")) {
    for (const select of $$("select", form)) select.addEventListener("change", () => form.requestSubmit());
  }
}

/* The phone's menu closes with Escape and gives the focus back to its button. */
function closeMenus() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest?.("details.topbar-menu[open], details.confirm[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}

document.documentElement.classList.add("js");
document.addEventListener("announce", (event) => announce(event.detail));
focusSummary();
guardForms();
showButtons();
playFilms();
countCharacters();
checkAll();
sendFilters();
closeMenus();
