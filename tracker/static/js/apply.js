/* The application form, nicer: it saves as one types, and each file is sent when it is chosen, with its progress.

   <form data-apply data-save-url="…" data-limit="bytes" data-too-large="…" method="post" enctype="multipart/form-data">
     <p data-save-state></p>                                          where "Saved" is shown
     <div data-upload> … <input type="file" name="resume"> … </div>   made by the macro file_field;
                                                                     each input has its data-upload-url

   Save:   POST data-save-url, the form without its files (with csrf_token). Any 2xx is "saved"; its JSON may hold
           {"message": "Saved at 3:00 pm"}. Any other answer leaves what was typed in the page and tries again later.
   Upload: POST the input's data-upload-url, multipart: csrf_token, field (name of the input), file, and the form's other hidden
           fields. 2xx with JSON {"name", "size", "summary", "remove_name", "remove_value"} (texts; name is required);
           any other status with JSON {"error": "a sentence"}.
   A file that was stored empties its input, so that it is not sent a second time; if storing fails, the input
   keeps the file and the form's own submit sends it. Words are overridden by data attributes on the form:
   data-saved, data-saving, data-unsaved, data-stored, data-remove, data-failed, data-uploading. */

// js/site.js holds the live region. It is not imported, or it would run twice.
const announce = (text) => document.dispatchEvent(new CustomEvent("announce", { detail: text }));

const form = document.querySelector("form[data-apply]");
const words = {
  saving: "Saving…",
  saved: "Saved. You can come back to this page in this browser.",
  unsaved: "Not saved yet. What you typed is still here; we try again in a moment.",
  stored: "Stored:",
  remove: "Remove",
  uploading: "Sending %s",
  failed: "The file did not arrive. Check the connection and choose it again, or send the form: it goes along.",
  ...(form ? form.dataset : {}),
};

const SAVE_AFTER = 1500;   // milliseconds without a key
const RETRY_AFTER = 10000;

function startSaving() {
  const state = form.querySelector("[data-save-state]");
  let timer;
  let running = false;
  let again = false;
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
    show("saving", words.saving);
    try {
      const answer = await fetch(form.dataset.saveUrl, { method: "POST", body: body(), headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json().catch(() => ({}));
      show("saved", told.message || words.saved);
    } catch {
      show("unsaved", words.unsaved);
      window.clearTimeout(timer);
      timer = window.setTimeout(save, RETRY_AFTER);
    }
    running = false;
    if (again) save();
  }

  const soon = (event) => {
    if (event.target.type === "file") return;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, SAVE_AFTER);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => window.clearTimeout(timer));
  // Leaving: the browser delivers a beacon even after the page is gone.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer && !form.dataset.sent) {
      navigator.sendBeacon(form.dataset.saveUrl, body());
    }
  });
}

function showStored(box, told) {
  const stored = box.querySelector("[data-upload-stored]");
  const line = document.createElement("p");
  line.className = "upload-name";
  const state = Object.assign(document.createElement("span"), { className: "upload-state", textContent: words.stored });
  const name = Object.assign(document.createElement("strong"), { textContent: told.name });
  const size = Object.assign(document.createElement("span"), { className: "upload-size", textContent: told.size || "" });
  line.append(state, " ", name, " ", size);
  stored.replaceChildren(line);
  if (told.summary) {
    stored.append(Object.assign(document.createElement("p"), { className: "upload-summary", textContent: told.summary }));
  }
  if (told.remove_name) {
    const button = Object.assign(document.createElement("button"), {
      className: "btn btn-sm btn-quiet", name: told.remove_name, value: told.remove_value || "1", formNoValidate: true,
      textContent: `${words.remove} ${told.name}`,
    });
    stored.append(button);
  }
  stored.hidden = false;
  announce(`${words.stored} ${told.name}. ${told.summary || ""}`);
}

/** The field is mended: what the server said about it, there and in the summary, is no longer true. */
function clearError(box, input) {
  input.removeAttribute("aria-invalid");
  box.classList.remove("field-invalid");
  document.getElementById(`${input.id}-error`)?.remove();
  document.querySelector(`.error-summary a[href="#${CSS.escape(input.id)}"]`)?.closest("li").remove();
}

function upload(box, input) {
  const file = input.files[0];
  const progress = box.querySelector("[data-upload-progress]");
  const bar = progress.querySelector("progress");
  const percent = box.querySelector("[data-upload-percent]");
  const error = box.querySelector("[data-upload-error]");
  const data = new FormData();
  for (const hidden of form.querySelectorAll("input[type=hidden]")) data.append(hidden.name, hidden.value);
  data.append("field", input.name);
  data.append("file", file);

  const request = new XMLHttpRequest();   // fetch does not tell how much was sent
  request.open("POST", input.dataset.uploadUrl);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.round((100 * event.loaded) / event.total);
    percent.textContent = `${bar.value}%`;
  });
  const fail = (text) => {
    progress.hidden = true;
    error.textContent = text;
    error.hidden = false;
    announce(text);
  };
  request.addEventListener("load", () => {
    const told = request.response || {};
    if (request.status >= 200 && request.status < 300 && told.name) {
      progress.hidden = true;
      input.value = "";
      input.required = false;
      clearError(box, input);
      showStored(box, told);
    } else {
      // Looked at and refused: the form must not send it again. Ours to mend (5xx): it may.
      if (told.error && request.status < 500) input.value = "";
      fail(told.error || words.failed);
    }
  });
  request.addEventListener("error", () => fail(words.failed));
  request.addEventListener("abort", () => fail(words.failed));

  error.hidden = true;
  if (Number(form.dataset.limit) && file.size > Number(form.dataset.limit)) {
    input.value = "";
    fail(form.dataset.tooLarge);
    return null;   // nothing is sent that would only be refused
  }
  bar.value = 0;
  percent.textContent = "0%";
  progress.hidden = false;
  announce(words.uploading.replace("%s", file.name));
  request.send(data);
  return request;
}

function startUploads() {
  for (const box of form.querySelectorAll("[data-upload]")) {
    const input = box.querySelector("input[type=file]");
    let running = null;
    input.addEventListener("change", () => {
      if (running && running.readyState !== XMLHttpRequest.DONE) running.abort();
      if (input.files.length) running = upload(box, input);
    });
    for (const kind of ["dragenter", "dragover"]) box.addEventListener(kind, () => box.classList.add("is-over"));
    for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => box.classList.remove("is-over"));
  }
}

if (form?.dataset.saveUrl) startSaving();
if (form?.querySelector("input[data-upload-url]")) startUploads();
