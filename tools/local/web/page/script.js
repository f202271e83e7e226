// Asks what becomes of faxes, and shows what came out of the machines. send.js sends them.
"use strict";

const $ = (id) => document.getElementById(id);
const FINAL = new Set(["sent", "partially_sent", "failed", "canceled", "refused", "expired", "received"]);
const ON_PAPER = new Set(["sending", "sent", "partially_sent", "failed", "canceled"]);
const STEPS = ["accepted", "rendering", "queued", "sending", "sent"];
const STATUS = {
  uploading: "uploading", refused: "refused", expired: "expired",
  accepted: "accepted", rendering: "being prepared", queued: "queued", sending: "being sent", sent: "sent",
  partially_sent: "partially sent", failed: "failed", canceled: "canceled", waiting: "waiting", in_doubt: "in doubt",
  ended: "ended", abandoned: "given up", received: "received",
};
// A sentence for each reason, by its word.
let reasons = {};
// Between two questions about a fax that goes on, in milliseconds.
const BETWEEN = 400;

// --- asking ------------------------------------------------------------------------------------------------------------

// The sentence of an answer that is no fax.
function said(answer) {
  if (answer.status === 204) return "The service found no document in it; nothing was sent.";
  return answer.body?.error?.message ?? `The answer was ${answer.status}.`;
}

const GONE = "The command that serves this page has ended; start make run again.";

async function call(path, options = {}) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  const told = answer.status === 304 ? { status: 304 } : await answer.json();
  return { status: answer.status, ...told, etag: answer.headers.get("ETag") ?? "" };
}

// --- what becomes of them --------------------------------------------------------------------------------------------

const shown = new Map();

async function list() {
  const { ids } = await call("/faxes");
  const added = ids.filter((id) => !shown.has(id));
  for (const id of added) {
    const item = $("fax").content.firstElementChild.cloneNode(true);
    item.querySelector(".cancel").onclick = () => cancel(id);
    item.querySelector(".history").ontoggle = () => showHistory(id);
    item.querySelector(".curl pre").textContent = curl([address(`/${id}`)]);
    shown.set(id, { item, etag: "", following: false });
  }
  // Each comes onto the page with all that is known of it, so that the others stay where they are.
  await Promise.allSettled(added.map(look));
  $("none").hidden = ids.length > 0;
  $("faxes").prepend(...added.map((id) => shown.get(id).item));
  added.forEach(follow);
}

async function cancel(id) {
  const { item } = shown.get(id);
  const answer = await call(`/faxes/${id}/cancel`, { method: "POST" });
  if (answer.status !== 200) item.querySelector(".summary").textContent = said(answer);
  follow(id);
}

// Asks for a fax, and shows it; whether it goes on.
async function look(id) {
  const known = shown.get(id);
  const answer = await call(`/faxes/${id}`, { headers: known.etag ? { "If-None-Match": known.etag } : {} });
  if (answer.status === 404) {
    known.item.querySelector(".summary").textContent = "It was erased.";
    return false;
  }
  if (answer.status === 200) {
    known.etag = answer.etag;
    known.fax = answer.body;
    showFax(known);
    showHistory(id);
  }
  const { fax } = known;
  if (fax && ON_PAPER.has(fax.status)) await showPaper(known);
  return !fax || !FINAL.has(fax.status);
}

async function follow(id) {
  const known = shown.get(id);
  if (known.following) return;
  known.following = true;
  try {
    while (await look(id)) await pause(BETWEEN);
  } catch {
    known.item.querySelector(".summary").textContent = GONE;
  } finally {
    known.following = false;
  }
}

function showFax({ item, fax }) {
  const files = fax.files ?? [];
  item.querySelector(".name").textContent = files.length ? files.map((file) => file.name).join(", ") : `Fax ${fax.id}`;
  pill(item.querySelector("h3 .pill"), fax.status);
  const simulated = fax.sandbox ? " · SIMULATED, nothing was sent to anybody" : "";
  const pages = fax.pages === undefined ? "" : `${counted(fax.pages, "page")} · `;
  const times = fax.completedAt ? `${clock(fax.createdAt)} to ${clock(fax.completedAt)}` : clock(fax.createdAt);
  item.querySelector(".summary").textContent = `${pages}${times} · fax ${fax.id}${simulated}`;
  const at = Math.max(STEPS.indexOf(fax.status), FINAL.has(fax.status) ? STEPS.length - 1 : 0);
  const unstepped = ["uploading", "refused", "expired", "failed", "canceled"];
  item.querySelector(".steps").hidden = unstepped.includes(fax.status);
  item.querySelector(".steps").replaceChildren(...STEPS.map((step, position) => {
    const dot = document.createElement("li");
    dot.className = position < at || FINAL.has(fax.status) ? "done" : position === at ? "now" : "";
    return dot;
  }));
  const failure = item.querySelector(".failure");
  failure.hidden = !fax.failure && !fax.refusal;
  if (fax.refusal) failure.textContent = fax.refusal.message;
  else if (fax.failure) failure.textContent = fax.failure.message ?? `Its pages could not be made: ${fax.failure.why}.`;
  const page = item.querySelector(".public");
  page.hidden = !fax.pageUrl;
  page.href = `/fax/${fax.uid}`;
  item.querySelector(".cancel").hidden = FINAL.has(fax.status) || fax.status === "uploading" || Boolean(fax.cancelRequestedAt);
  const places = item.querySelector(".deliveries");
  (fax.deliveries ?? []).forEach((delivery, position) => {
    if (!places.children[position]) places.append($("delivery").content.firstElementChild.cloneNode(true));
    showDelivery(places.children[position], delivery);
  });
}

function showDelivery(place, delivery) {
  place.querySelector("strong").textContent = delivery.recipient;
  pill(place.querySelector(".pill"), delivery.status);
  const next = delivery.nextAt ? `Again at ${clock(delivery.nextAt)}.` : "";
  place.querySelector(".why").textContent = [reason(delivery), next].filter(Boolean).join(" ");
  place.querySelector(".attempts").replaceChildren(...delivery.attempts.map((attempt) => {
    const line = [`Attempt ${attempt.number}`, clock(attempt.startedAt), reason(attempt) || (attempt.status === "ended" ? "sent" : STATUS[attempt.status] ?? attempt.status)];
    if (attempt.durationSeconds !== undefined) line.push(`${attempt.durationSeconds} s on the line`);
    if (attempt.pagesSent) line.push(`${counted(attempt.pagesSent, "page")} sent`);
    return text("li", line.join(" · "));
  }));
}

async function showPaper({ item, fax }) {
  const { sheets = [] } = await call(`/faxes/${fax.id}/paper`);
  sheets.forEach((count, position) => {
    const place = item.querySelectorAll(".delivery")[position];
    if (!place || !count) return;
    place.querySelector(".machine").hidden = false;
    const { recipient, attempts } = fax.deliveries[position];
    const inside = attempts.some((attempt) => attempt.remoteId?.includes("*"));
    const what = inside ? "at the extension" : "out of the machine at";
    place.querySelector(".slot").textContent = `${counted(count, "page")} came ${inside ? "in " : ""}${what} ${recipient}`;
    const list = place.querySelector(".sheets");
    while (list.children.length < count) {
      const sheet = list.children.length + 1;
      const link = document.createElement("a");
      const image = document.createElement("img");
      link.href = image.src = `/faxes/${fax.id}/paper/${position + 1}/${sheet}.png`;
      link.target = "_blank";
      image.width = 864;
      image.height = 1143;
      image.alt = `Page ${sheet} that came to ${recipient}, as an image`;
      link.append(image);
      const entry = document.createElement("li");
      entry.append(link);
      list.append(entry);
    }
  });
}

async function showHistory(id) {
  const { item } = shown.get(id);
  if (!item.querySelector(".history").open) return;
  const { body } = await call(`/faxes/${id}/events`);
  item.querySelector(".history ol").replaceChildren(...(body?.entry ?? []).map((event) => text("li", [
    clock(event.at), event.event.replaceAll("_", " "), event.recipient ?? "", event.attempt ? `attempt ${event.attempt}` : "",
    event.reason ? reasons[event.reason] ?? event.reason : "", event.pages ? counted(event.pages, "page") : "",
    event.nextAt ? `again at ${clock(event.nextAt)}` : "",
  ].filter(Boolean).join(" · "))));
}

// --- words -----------------------------------------------------------------------------------------------------------

function reason(what) {
  return what.reason ? reasons[what.reason] ?? what.reason : "";
}

function pill(place, status) {
  place.textContent = STATUS[status] ?? status;
  place.className = "pill";
  if (status === "sent" || status === "received") place.classList.add("good");
  if (["failed", "partially_sent", "canceled", "in_doubt", "refused", "expired"].includes(status)) place.classList.add("bad");
}

function text(tag, content, name = "") {
  const made = document.createElement(tag);
  made.textContent = content;
  made.className = name;
  return made;
}

function counted(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function bytes(count) {
  return count < 1e6 ? `${Math.ceil(count / 1000)} KB` : `${(count / 1e6).toFixed(1)} MB`;
}

function pause(milliseconds) {
  return new Promise((go) => setTimeout(go, milliseconds));
}

function clock(moment) {
  return new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

// --- the page --------------------------------------------------------------------------------------------------------

$("form").addEventListener("submit", send);
$("files").addEventListener("change", () => { choose($("files").files); $("files").value = ""; });
$("outcome").addEventListener("change", () => {
  if ($("outcome").value) $("to").value = $("outcome").value;
  else { $("to").value = ""; $("to").focus(); }
  showCurl();
});
for (const id of ["to", "rendering", "resolution"]) $(id).addEventListener("input", showCurl);
for (const button of document.querySelectorAll("[data-copies]")) {
  button.onclick = async () => {
    await navigator.clipboard.writeText($(button.dataset.copies).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  };
}
for (const name of ["dragover", "dragenter"]) {
  document.addEventListener(name, (event) => { event.preventDefault(); $("drop").classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => $("drop").classList.remove("over"));
document.addEventListener("drop", (event) => { event.preventDefault(); choose(event.dataTransfer.files); });
function showNetwork({ said, numbers }) {
  $("network").textContent = said;
  $("outcome").prepend(...numbers.map(([number, what]) => new Option(what, number)));
  $("outcome").selectedIndex = 0;
  // What somebody has typed by then stays.
  $("to").value ||= $("outcome").value;
}

async function start() {
  ({ formBytes } = await call("/limits"));
  reasons = await call("/reasons");
  showNetwork(await call("/network"));
  showChosen();
  list();
}

start();
