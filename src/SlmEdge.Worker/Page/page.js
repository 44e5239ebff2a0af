// What all views share: elements, numbers, calls with the key, and the tabs.
const at = id => document.getElementById(id);
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};
const percent = (p, digits = 1) => (100 * p).toFixed(digits) + " %";
const size = bytes => bytes <= 0 ? "–" : bytes < 1e6 ? (bytes / 1e3).toFixed(0) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
const number = (value, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits });

async function ask(path, options = {}) {
  const key = sessionStorage.getItem("key");
  const headers = { ...options.headers, ...(key ? { Authorization: "Bearer " + key } : {}) };
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401) at("door").hidden = false;
  return response;
}

async function call(path, body, method = "POST") {
  const response = await ask(path, body === undefined ? {} : {
    method, headers: { "Content-Type": "application/json" }, body: body === null ? undefined : JSON.stringify(body)
  });
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(json.detail || "The service answered " + response.status + "."), { status: response.status });
  return json;
}

// A view is refreshed while it is looked at, and not while nobody looks.
const views = {};
let shown = "try";

function show(view, focus) {
  shown = view;
  for (const tab of document.querySelectorAll('[role="tab"]')) {
    const mine = tab.getAttribute("aria-controls") === view;
    tab.setAttribute("aria-selected", mine);
    tab.tabIndex = mine ? 0 : -1;
    at(tab.getAttribute("aria-controls")).hidden = !mine;
    if (mine && focus) tab.focus();
  }
  views[view]?.();
}

document.querySelector("nav").addEventListener("click", event => {
  const view = event.target.getAttribute("aria-controls");
  if (view) { history.replaceState(null, "", "#" + view); show(view); }
});
document.querySelector("nav").addEventListener("keydown", event => {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const now = tabs.findIndex(tab => tab.getAttribute("aria-controls") === shown);
  const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  show(tabs[(next + tabs.length) % tabs.length].getAttribute("aria-controls"), true);
});
at("door-form").addEventListener("submit", event => {
  event.preventDefault();
  sessionStorage.setItem("key", at("key").value.trim());
  location.reload();
});

async function checkHealth() {
  try {
    const response = await fetch("readyz");
    const answer = await response.json();
    at("dot").className = "dot " + (response.ok ? "good" : "bad");
    at("health").textContent = response.ok ? "ready" : answer.detail;
  } catch {
    at("dot").className = "dot bad";
    at("health").textContent = "the service does not answer";
  }
}
checkHealth();
setInterval(() => { if (!document.hidden) { checkHealth(); views[shown]?.(); } }, 2000);

function drawBars(list, entries, best) {
  list.replaceChildren();
  const top = Math.max(...entries.map(([, share]) => share), 1e-9);
  entries.forEach(([name, share, text], i) => {
    const term = make("dt", name);
    term.title = name;
    const track = make("dd", undefined, i === best ? "best" : "");
    const outer = make("div", undefined, "track"), inner = make("div", undefined, "fill");
    inner.style.width = 100 * share / (best === undefined ? top : 1) + "%";
    outer.append(inner);
    track.append(outer);
    list.append(term, track, make("dd", text));
  });
}
