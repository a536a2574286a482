/* On a shared computer: nothing is filled in, and what was typed goes when nobody is there any more.

   <section data-leaving data-idle="540" data-warning="60" hidden>   shown and at work on a shared computer
     <form id="leave" method="post" action="…">                      what leaves nothing behind
     <dialog data-leaving-dialog> <button data-leaving-stay>         asks, one minute before
   <input type="checkbox" data-shared>                               in the application form: says so

   <section … data-here="…">                                        is told by POST that somebody is there

   Time is read off the clock: a browser slows the timers of a page that is out of sight, and a lid may be closed. */

const section = document.querySelector("[data-leaving]");
const box = document.querySelector("input[data-shared]");
const TICK = 1000;
const TELL_EVERY = 15000;

function isShared() {
  return section && !section.hidden;
}

/** Whoever comes back to a page by the Back button finds it as it is now, and not as it was left. */
window.addEventListener("pageshow", (event) => { if (event.persisted && isShared()) location.reload(); });

function watch() {
  const dialog = section.querySelector("[data-leaving-dialog]");
  const form = section.querySelector("form");
  const idle = Number(section.dataset.idle) * 1000;
  const warning = Number(section.dataset.warning) * 1000;
  let seen = Date.now();
  let gone = false;
  let told = 0;
  let telling;

  // The server wipes by its own clock. It is told after each use, and so never knows of an earlier one than the page.
  const tell = () => {
    if (telling || gone || !isShared()) return;
    telling = window.setTimeout(() => {
      telling = undefined;
      told = Date.now();
      fetch(section.dataset.here, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true }).catch(() => {});
    }, Math.max(0, told + TELL_EVERY - Date.now()));
  };
  const stay = () => {
    seen = Date.now();
    tell();
    if (dialog.open) dialog.close();
  };
  const leave = () => {
    if (gone) return;
    gone = true;
    window.clearTimeout(telling);
    form.requestSubmit();
  };
  const look = () => {
    const quiet = Date.now() - seen;
    if (!isShared() || gone) return;
    if (quiet >= idle + warning) leave();
    else if (quiet >= idle && !dialog.open) dialog.showModal();
  };
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "input"]) {
    // With the question open, only its answer counts: a table that is knocked is nobody.
    document.addEventListener(kind, () => { if (!dialog.open) { look(); seen = Date.now(); tell(); } }, { passive: true });
  }
  section.querySelector("[data-leaving-stay]").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
  document.addEventListener("visibilitychange", look);
  window.setInterval(look, TICK);
}

/** Nothing is proposed, and nothing is remembered for the next person. */
function showChoice() {
  const form = box.form;
  const before = new Map([...form.elements].map((field) => [field, field.getAttribute("autocomplete")]));
  const apply = () => {
    section.hidden = !box.checked;
    form.autocomplete = box.checked ? "off" : "on";
    for (const [field, value] of before) {
      if (!("autocomplete" in field) || field.type === "hidden") continue;
      if (box.checked) field.setAttribute("autocomplete", "off");
      else if (value && value !== "off") field.setAttribute("autocomplete", value);
      else field.removeAttribute("autocomplete");
    }
  };
  box.addEventListener("change", apply);
  apply();
}

if (section) watch();
if (section && box) showChoice();
