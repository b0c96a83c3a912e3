// Uploads, on every page: by button, drop, paste or camera. Each file goes by its own request, so that none can take
// another down. Failed files stay in the list with the reason and a retry; closing the page while files are on their
// way asks first.
import { csrfToken, fill } from "./page.js";

const AT_ONCE = 3;

function startUploads(refresh) {
  const panel = document.getElementById("uploads");
  const input = document.getElementById("file");
  if (!panel || !input) return; // a page without the bar, as the one that says that there is none
  const texts = panel.dataset;
  const list = document.getElementById("uploads-list");
  const entries = [];
  let sending = 0;
  let refreshTimer = 0;

  for (const picker of [input, document.getElementById("camera")]) {
    picker.addEventListener("change", () => {
      add([...picker.files].map((file) => ({ file })));
      picker.value = "";
    });
  }
  acceptDrops(add);
  acceptPaste(add, texts.textScreenshot);
  document.addEventListener("click", (event) => event.target.closest("[data-pick]") && input.click());
  document.getElementById("uploads-retry").addEventListener("click", () => entries.filter((e) => e.retryable).forEach(retry));
  document.getElementById("uploads-close").addEventListener("click", close);
  document.getElementById("uploads-fold").addEventListener("click", (event) => {
    const folded = panel.classList.toggle("folded");
    event.currentTarget.setAttribute("aria-expanded", String(!folded));
  });
  addEventListener("beforeunload", (event) => {
    if (!entries.some(isOpen)) return;
    event.preventDefault();
    event.returnValue = texts.textLeave;
  });

  function add(items) {
    for (const { file, folder } of items) {
      const entry = { file, row: newRow(file.name), state: "queued", retryable: false };
      entry.row.querySelector("button").addEventListener("click", () => retry(entry));
      entries.push(entry);
      const refusal = folder ? texts.textFolder : refusedHere(file);
      if (refusal) fail(entry, refusal, false);
    }
    panel.hidden = false;
    document.getElementById("uploads-inbox").hidden = Boolean(document.getElementById("results"));
    pump();
  }

  function refusedHere(file) {
    if (file.size === 0) return texts.textEmpty;
    return file.size > Number(texts.maxBytes) ? texts.textTooLarge : "";
  }

  function newRow(name) {
    const row = document.getElementById("upload-template").content.firstElementChild.cloneNode(true);
    const label = row.querySelector(".name");
    label.textContent = label.title = name;
    row.querySelector("progress").setAttribute("aria-label", name);
    row.querySelector(".state").textContent = texts.textQueued;
    list.append(row);
    return row;
  }

  function pump() {
    while (sending < AT_ONCE) {
      const entry = entries.find((candidate) => candidate.state === "queued");
      if (!entry) break;
      send(entry);
    }
    show();
  }

  function send(entry) {
    sending += 1;
    set(entry, "sending", texts.textSending);
    const request = new XMLHttpRequest();
    const bar = entry.row.querySelector("progress");
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.total ? event.loaded / event.total : 0;
      entry.row.querySelector(".state").textContent = event.loaded < event.total ? `${Math.round(bar.value * 100)} %` : texts.textChecking;
      show();
    });
    request.addEventListener("load", () => finish(entry, request));
    for (const broken of ["error", "abort", "timeout"]) request.addEventListener(broken, () => ended(() => fail(entry, texts.textNetwork, true)));
    request.open("POST", document.getElementById("upload-form").action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    const data = new FormData();
    data.append("name", entry.file.name);
    data.append("file", entry.file);
    request.send(data);
  }

  function finish(entry, request) {
    const answer = parsed(request.responseText);
    ended(() => {
      if (request.status === 401) return fail(entry, texts.textSession, true);
      if (answer?.error) return fail(entry, answer.error, request.status >= 500);
      if (request.status === 403) return fail(entry, texts.textCsrf, true);
      if (!answer?.id) return fail(entry, texts.textServer, true);
      set(entry, answer.duplicate ? "here" : "done", answer.summary ?? (answer.duplicate ? texts.textHere : texts.textDone));
      if (answer.note) {
        // Of several documents in one file, those that were refused.
        entry.row.querySelector(".message").textContent = answer.note;
        list.prepend(entry.row);
        say(`${entry.file.name}: ${answer.summary}. ${answer.note}`);
      }
      const link = entry.row.querySelector(".tools a");
      Object.assign(link, { href: answer.url, textContent: texts.textOpen, hidden: false });
      refreshSoon();
    });
  }

  function ended(report) {
    sending -= 1;
    report();
    pump();
  }

  function fail(entry, message, retryable) {
    entry.retryable = retryable;
    set(entry, "failed", "");
    entry.row.querySelector(".message").textContent = message;
    entry.row.querySelector("button").hidden = !retryable;
    list.prepend(entry.row); // what needs somebody stands first, however long the list
    say(`${entry.file.name}: ${message}`);
  }

  function retry(entry) {
    entry.retryable = false;
    entry.row.querySelector("button").hidden = true;
    entry.row.querySelector(".message").textContent = "";
    set(entry, "queued", texts.textQueued);
    pump();
  }

  function set(entry, state, words) {
    entry.state = entry.row.dataset.state = state;
    entry.row.querySelector(".state").textContent = words;
  }

  function show() {
    const over = entries.filter((entry) => !isOpen(entry));
    const failed = entries.filter((entry) => entry.state === "failed");
    const values = { done: over.length, all: entries.length, ok: over.length - failed.length };
    const busy = over.length < entries.length;
    let title = fill(busy ? texts.textProgress : texts.textAllDone, values);
    if (failed.length) title += ` · ${fill(texts.textProblems, { n: failed.length })}`;
    document.getElementById("uploads-title").textContent = title;
    const partly = entries.reduce((sum, entry) => sum + (isOpen(entry) ? entry.row.querySelector("progress").value : 1), 0);
    Object.assign(document.getElementById("uploads-bar"), { max: entries.length || 1, value: partly });
    document.getElementById("uploads-retry").hidden = !entries.some((entry) => entry.retryable);
    document.getElementById("uploads-close").hidden = busy;
    if (!busy) say(title);
  }

  function close() {
    panel.hidden = true;
    entries.length = 0;
    list.replaceChildren();
  }

  function say(words) {
    document.getElementById("uploads-live").textContent = words;
  }

  // One look at the list for a burst of files, not one a file.
  function refreshSoon() {
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(refresh, 400);
  }

}

const isOpen = (entry) => entry.state === "queued" || entry.state === "sending";

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function acceptDrops(add) {
  const veil = document.getElementById("drop-veil");
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  const enter = (by) => (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = Math.max(0, depth + by);
    veil.hidden = depth === 0;
  };
  addEventListener("dragenter", enter(1));
  addEventListener("dragleave", enter(-1));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    add(items.map((item) => ({ file: item.getAsFile(), folder: item.webkitGetAsEntry?.()?.isDirectory ?? false })).filter(({ file }) => file));
  });
}

// Copied files, or a picture such as a screenshot. Where text is copied, too, and somebody types, it is meant for what
// they type in: spreadsheets copy cells both as text and as a picture.
function acceptPaste(add, screenshot) {
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], [role=grid]");
    if (!files.length || event.defaultPrevented || (typing && event.clipboardData.types.includes("text/plain"))) return;
    event.preventDefault();
    add(files.map((file) => ({ file: named(file, screenshot) })));
  });
}

// Browsers call every copied picture image.png: the moment tells them apart.
function named(file, screenshot) {
  if (file.name !== "image.png") return file;
  const moment = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  return new File([file], `${screenshot} ${moment}.png`, { type: file.type });
}

startUploads(() => document.body.dispatchEvent(new Event("refresh")));
