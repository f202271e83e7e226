// Sends what is dropped: as a form, or what no form holds file by file. The rest of the page is in script.js.
"use strict";

// The most that a form holds, in bytes; what stands in it around each file is less than AROUND.
let formBytes = 0;
const AROUND = 1024;
// An upload that breaks off is sent again, so often in all, and after so many milliseconds.
const TRIES = 5, PAUSE = 2000;

let chosen = [];

function recipients() {
  return $("to").value.split(",").map((each) => each.trim()).filter(Boolean);
}

function asked() {
  const request = { recipients: recipients() };
  for (const name of ["rendering", "resolution"]) if ($(name).value) request[name] = $(name).value;
  return request;
}

function isLarge() {
  return chosen.reduce((sum, file) => sum + file.size + AROUND, AROUND) > formBytes;
}

function announced() {
  return JSON.stringify({ ...asked(), files: chosen.map(({ name, size }) => ({ name, size })) });
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function address(ending = "") {
  return `"https://$HOST/uapi/faxes/@me/0003*210${ending}"`;
}

const ENVIRONMENT = 'eval "$(make -s env)"', TOKEN = '-H "Authorization: Bearer $TOKEN"';

function curl(parts) {
  return [ENVIRONMENT, [`curl ${TOKEN}`, ...parts].join(" \\\n  ")].join("\n");
}

// What is too large for a form: announced, uploaded file by file, and asked for.
function curlOfUploads() {
  const made = (picked) => `$(echo "$made" | ${picked})`;
  return [
    ENVIRONMENT,
    [`made=$(curl ${TOKEN}`, '-H "Content-Type: application/json"', `-d ${quoted(announced())}`, `${address()})`].join(" \\\n  "),
    ...chosen.map((file, position) => [
      `curl --fail --globoff -T ${quoted(file.name)}`,
      '-H "Content-Type: application/octet-stream" -H "If-None-Match: *"',
      `"${made(`grep -o '"redirectUri": "[^"]*"' | sed -n ${position + 1}p | cut -d '"' -f 4`)}"`,
    ].join(" \\\n  ")),
    [`curl ${TOKEN}`, address(`/${made(`sed -E 's/^.{2}id": "([0-9]+)".*/\\1/'`)}`)].join(" \\\n  "),
  ].join("\n");
}

function showChosen() {
  $("chosen").replaceChildren(...chosen.map((file, position) => {
    const item = document.createElement("li");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Leave out ${file.name}`);
    remove.onclick = () => { chosen.splice(position, 1); showChosen(); };
    item.append(text("span", file.name), text("span", bytes(file.size), "quiet"), remove);
    return item;
  }));
  showCurl();
}

function showCurl() {
  if (isLarge()) return void ($("curl").textContent = curlOfUploads());
  const files = chosen.length ? chosen.map((file) => `-F ${quoted(`files=@${file.name}`)}`) : ["-F files=@letter.pdf"];
  $("curl").textContent = curl([`-F ${quoted(`request=${JSON.stringify(asked())}`)}`, ...files, address()]);
}

function choose(files) {
  chosen = [...chosen, ...files];
  $("refusal").hidden = true;
  showChosen();
}

function refuse(sentence) {
  $("refusal").textContent = sentence;
  $("refusal").hidden = false;
}

// A request with a body, of which is told how much has gone.
function post(method, path, body, gone) {
  return new Promise((answered, failed) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.upload.onprogress = (sent) => gone(sent.loaded, sent.total);
    request.onerror = () => failed(new Error(GONE));
    request.onload = () => answered({ status: request.status, ...JSON.parse(request.responseText) });
    request.send(body);
  });
}

function showProgress(gone, total) {
  $("progress").value = total ? gone / total : 0;
  $("doing").textContent = `${bytes(gone)} of ${bytes(total)}`;
}

function busy(is) {
  $("submit").disabled = is;
  $("progress").hidden = $("doing").hidden = !is;
  if (is) showProgress(0, chosen.reduce((sum, file) => sum + file.size, 0));
}

async function send(event) {
  event.preventDefault();
  if (!chosen.length) return refuse("Choose a document first.");
  $("refusal").hidden = true;
  busy(true);
  try {
    const sentence = await (isLarge() ? sendUploads() : sendForm());
    if (sentence) return refuse(sentence);
    chosen = [];
    $("files").value = "";
    showChosen();
    list();
  } catch {
    refuse(GONE);
  } finally {
    busy(false);
  }
}

// Each of these sends what is chosen, and says why it was not taken, in a sentence.

async function sendForm() {
  const form = new FormData();
  form.append("request", JSON.stringify(asked()));
  for (const file of chosen) form.append("files", file, file.name);
  const answer = await post("POST", "/faxes", form, showProgress);
  return answer.error || answer.status !== 200 ? answer.error?.message ?? said(answer) : "";
}

async function sendUploads() {
  const files = [...chosen];
  const answer = await call("/faxes", { method: "POST", headers: { "Content-Type": "application/json" }, body: announced() });
  if (answer.error || answer.status !== 200) return answer.error?.message ?? said(answer);
  const { id } = answer.body;
  // It is one that was sent a short while ago.
  if (!answer.body.files) return "";
  await list();
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const [position, file] of files.entries()) {
    const soFar = (gone) => showProgress(Math.min(before + gone, total), total);
    const there = await upload(`/faxes/${id}/files/${position + 1}`, file, soFar);
    if (!there) return `${file.name} was not uploaded, so fax ${id} was not accepted.`;
    before += file.size;
  }
  showProgress(total, total);
  $("doing").textContent = "All bytes are there. The service looks into the documents.";
  const known = shown.get(id);
  while (known.following && (!known.fax || known.fax.status === "uploading")) await pause(BETWEEN);
  if (known.fax?.status === "expired") return `The documents of fax ${id} did not come in time.`;
  if (!known.fax || known.fax.status === "uploading") return GONE;
  return known.fax.refusal?.message ?? "";
}

// Whether a file is there; it is sent again where the line breaks.
async function upload(path, file, gone) {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (attempt > 1) await pause(PAUSE);
    const answer = await post("PUT", path, file, gone).catch(() => ({}));
    if (answer.body?.upload === "there") return true;
    if (answer.body?.upload === "refused") return false;
  }
  return false;
}
