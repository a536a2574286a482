/* The application form, nicer: it saves as one types, counts words, and sends each file when it is chosen.

   <form data-apply data-save-url="…" data-limit="bytes" data-too-large="…" method="post" enctype="multipart/form-data">
     <p data-save-state></p>                          where "Saved" is shown
     <textarea data-words="200"></textarea>           counts words; without a number there is no limit
     <div data-upload> … <input type="file" multiple data-upload-url="…"> … </div>

   Save:   POST data-save-url, the form without its files. Any 2xx is "saved"; its JSON may hold {"message": "…"}. 409 with
           {"error": "…"} says why it is not kept here any more. Anything else leaves what was typed and tries again later.
   Upload: POST the input's data-upload-url, multipart: file (once, or several photographs) and the form's hidden fields.
           2xx with JSON {"name", "size", "summary", "html"}; any other status with {"error": "a sentence"}.
   A file that was stored empties its input, so that it is not sent a second time; if storing fails, the input keeps
   the file and the form's own submit sends it. Sending the form waits for the files and the save that are on their way:
   neither arrives after it. Words are overridden by data attributes on the form. */

// js/site.js holds the live region. It is not imported, or it would run twice.
const announce = (text) => document.dispatchEvent(new CustomEvent("announce", { detail: text }));

const form = document.querySelector("form[data-apply]");
const words = {
  saving: "Saving…",
  saved: "Saved. You can come back to this page in this browser.",
  unsaved: "Not saved yet. What you typed is still here; we try again in a moment.",
  stored: "Stored:",
  uploading: "Sending %s",
  cancelled: "Cancelled. Nothing was sent.",
  waiting: "One moment: your files are still on their way. This goes on by itself.",
  several: "Several files came for one document. Put them into one file and add that.",
  failed: "The file did not arrive. Check the connection and choose it again, or send the form: it goes along.",
  countWords: "%s words",
  countLimit: "%s of %m words",
  countOver: "%s words: %m too many",
  ...(form ? form.dataset : {}),
};

const SAVE_AFTER = 1500;   // milliseconds without a key
const RETRY_AFTER = 10000;
const SAY_AFTER = 1200;
const isPhotograph = (file) => /^image\/(jpeg|png)$/.test(file.type);

/** What is on its way; sending the form waits for all of it. Promises that never fail. */
const underway = new Set();

function track(promise) {
  underway.add(promise);
  promise.finally(() => underway.delete(promise));
  return promise;
}

function startSaving() {
  const state = form.querySelector("[data-save-state]");
  let timer;
  let running = false;
  let again = false;
  let changed = false;
  let lastWord = "";

  const show = (word, text) => {
    if (state) state.textContent = text;
    if (word !== lastWord && word !== "saving") announce(text);   // said once, not at every pause
    if (word !== "saving") lastWord = word;
  };

  function body() {
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
    return data;
  }

  async function save() {
    if (running) { again = true; return; }
    running = true;
    again = false;
    changed = false;
    show("saving", words.saving);
    try {
      const answer = await fetch(form.dataset.saveUrl, { method: "POST", body: body(), headers: { Accept: "application/json" } });
      const told = await answer.json().catch(() => ({}));
      if (answer.status === 409 && told.error) {
        show("moved", told.error);
      } else {
        if (!answer.ok) throw new Error(String(answer.status));
        show("saved", told.message || words.saved);
      }
    } catch {
      changed = true;
      show("unsaved", words.unsaved);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => track(save()), RETRY_AFTER);
    }
    running = false;
    if (again && !form.dataset.sent) await save();
  }

  const soon = (event) => {
    if (event.target.type === "file") return;
    changed = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => track(save()), SAVE_AFTER);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  // Whatever form is sent, also the one that deletes everything: nothing is saved after it.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    window.clearTimeout(timer);
    again = changed = false;
  });
  // Leaving: the browser delivers a beacon even after the page is gone.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && changed && !form.dataset.sent) {
      navigator.sendBeacon(form.dataset.saveUrl, body());
    }
  });
}

/** Any form of the page that is sent waits for what is on its way, so that nothing comes in after it. */
function waitForAll() {
  const state = form.querySelector("[data-save-state]");
  const waiting = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (sent.method !== "post" || event.defaultPrevented || !underway.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting.has(sent)) return;
    waiting.add(sent);
    if (form.querySelector("[data-upload-progress]:not([hidden])")) {
      state.textContent = words.waiting;
      announce(words.waiting);
    }
    while (underway.size) await Promise.all(underway);
    waiting.delete(sent);
    state.textContent = "";
    const refused = sent === form && form.querySelector("[data-upload-error][data-refused]:not([hidden])");
    if (refused) refused.closest("[data-upload]").querySelector("input[type=file]").focus();
    else sent.requestSubmit(event.submitter);
  }, true);
}

/** Small pictures of the photographs chosen in this window, by file name: names alone say little. */
const thumbnails = new Map();

async function showThumbnails(box, files) {
  for (const file of files.filter(isPhotograph)) {
    if (thumbnails.has(file.name)) continue;
    const picture = await createImageBitmap(file, { resizeWidth: 96, resizeQuality: "medium" }).catch(() => null);
    if (picture) thumbnails.set(file.name, picture);
  }
  for (const label of box.querySelectorAll(".upload-page")) {
    const picture = thumbnails.get(label.textContent);
    if (!picture) continue;
    const canvas = Object.assign(document.createElement("canvas"), {
      className: "upload-thumbnail", width: picture.width, height: picture.height,
    });
    canvas.setAttribute("aria-hidden", "true");
    canvas.getContext("2d").drawImage(picture, 0, 0);
    label.before(canvas);
  }
}

function showStored(box, told, files) {
  const stored = box.querySelector("[data-upload-stored]");
  stored.innerHTML = told.html;   // drawn by the server, as on the page
  stored.hidden = false;
  showThumbnails(box, files);
  box.querySelector("[data-upload-again]").hidden = false;
  announce(`${words.stored} ${told.name}. ${told.summary || ""} ${told.note || ""}`);
}

/** The field is mended: what the server said about it, there and in the summary, is no longer true. */
function clearError(box, input) {
  input.removeAttribute("aria-invalid");
  box.classList.remove("field-invalid");
  document.getElementById(`${input.id}-error`)?.remove();
  document.querySelector(`.error-summary a[href="#${CSS.escape(input.id)}"]`)?.closest("li").remove();
}

/** Send files of an input; returns how to stop it and a promise of its end, or null where nothing is sent. */
function upload(box, input, files) {
  const progress = box.querySelector("[data-upload-progress]");
  const bar = progress.querySelector("progress");
  const percent = box.querySelector("[data-upload-percent]");
  const error = box.querySelector("[data-upload-error]");

  const fail = (text, refused) => {
    progress.hidden = true;
    error.textContent = text;
    error.hidden = false;
    error.toggleAttribute("data-refused", refused);
    announce(text);
  };
  const empty = () => { if (input.files[0] === files[0]) input.value = ""; };   // others may be chosen since
  const refuse = (text) => {
    empty();   // the form must not send it again
    fail(text, true);
    return null;
  };
  error.hidden = true;
  if (files.length > 1 && !files.every(isPhotograph)) return refuse(words.several);
  if (files.some((file) => file.size > Number(form.dataset.limit))) return refuse(form.dataset.tooLarge);

  const data = new FormData();
  for (const hidden of form.querySelectorAll("input[type=hidden]")) data.append(hidden.name, hidden.value);
  for (const file of files) data.append("file", file);
  const request = new XMLHttpRequest();   // fetch does not tell how much was sent
  request.open("POST", input.dataset.uploadUrl);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.round((100 * event.loaded) / event.total);
    percent.textContent = `${bar.value}%`;
  });
  let cancelled = false;
  const done = new Promise((resolve) => {
    request.addEventListener("load", () => {
      const told = request.response || {};
      if (request.status >= 200 && request.status < 300 && told.name) {
        progress.hidden = true;
        empty();
        clearError(box, input);
        showStored(box, told, files);
      } else if (told.error && request.status < 500) {
        refuse(told.error);
      } else {
        fail(told.error || words.failed, false);   // ours to mend: the form may send it
      }
    });
    request.addEventListener("error", () => fail(words.failed, false));
    request.addEventListener("abort", () => { if (cancelled) { empty(); fail(words.cancelled, false); } });
    request.addEventListener("loadend", () => resolve());
  });
  bar.value = 0;
  percent.textContent = "0%";
  progress.hidden = false;
  announce(words.uploading.replace("%s", files.map((file) => file.name).join(", ")));
  request.send(data);
  const stop = (byHand) => {
    if (request.readyState === XMLHttpRequest.DONE) return;
    cancelled = byHand;
    request.abort();
  };
  return { done, stop };
}

function startUploads() {
  for (const box of form.querySelectorAll("[data-upload]")) {
    const input = box.querySelector("input[type=file]");
    let job = null;
    let photographs = false;
    let last = Promise.resolve();
    input.addEventListener("change", () => {
      const files = [...input.files];
      const more = files.length > 0 && files.every(isPhotograph);
      if (!(more && photographs)) job?.stop(false);   // a document is replaced; pages follow one another
      photographs = more;
      if (!files.length) return;
      const begin = () => { job = upload(box, input, files); return job?.done; };
      last = track(more ? last.then(begin) : Promise.resolve(begin()));
    });
    box.querySelector("[data-upload-cancel]").addEventListener("click", () => {
      job?.stop(true);
      input.focus();
    });
    for (const kind of ["dragenter", "dragover"]) {
      box.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("is-over"); });
    }
    box.addEventListener("dragleave", () => box.classList.remove("is-over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

/** The number of words under a text, said aloud only when somebody pauses near the limit or past it. */
function countWords() {
  for (const field of form.querySelectorAll("[data-words]")) {
    const limit = Number(field.dataset.words) || 0;
    const line = document.createElement("p");
    line.className = "count-state";
    line.setAttribute("aria-hidden", "true");
    field.after(line);
    let timer;
    const show = (spoken) => {
      const count = field.value.split(/\s+/u).filter(Boolean).length;
      const over = limit && count > limit;
      const text = !limit ? words.countWords : over ? words.countOver : words.countLimit;
      line.textContent = text.replace("%s", count.toLocaleString()).replace("%m", (over ? count - limit : limit).toLocaleString());
      line.classList.toggle("is-over", Boolean(over));
      window.clearTimeout(timer);
      if (spoken && limit && count >= limit * 0.9) timer = window.setTimeout(() => announce(line.textContent), SAY_AFTER);
    };
    field.addEventListener("input", () => show(true));
    show(false);
  }
}

if (form) {
  // The answer to a form that was refused: loaded again, the browser would send the old form over what was saved since.
  history.replaceState(history.state, "", location.href);
  waitForAll();
  if (form.dataset.saveUrl) startSaving();
  if (form.querySelector("input[data-upload-url]")) startUploads();
  countWords();
}
