// The view in which a text is tried. What is asked depends on the bundle's kind.
const shownAtFirst = 12;
let kind = "classify", all = false, last = null;

function showError(message) {
  at("answer").hidden = false;
  at("decision").hidden = at("output").hidden = true;
  at("error").hidden = false;
  at("error").textContent = message;
}

function showDecision(decision) {
  last = decision;
  at("answer").hidden = false;
  at("error").hidden = at("output").hidden = true;
  at("decision").hidden = false;
  const abstained = decision.label === null;
  at("verdict").classList.toggle("abstained", abstained);
  at("label").textContent = abstained ? "No decision" : decision.label;
  at("why").textContent = (abstained ? decision.abstention : percent(decision.confidence)) + (decision.truncated ? " · the end of the text was cut off" : "");
  const scores = Object.entries(decision.scores).sort((a, b) => b[1] - a[1]);
  drawBars(at("bars"), (all ? scores : scores.slice(0, shownAtFirst)).map(([name, p]) => [name, p, percent(p)]), abstained ? -1 : 0);
  at("more").hidden = scores.length <= shownAtFirst;
  at("more").textContent = all ? "Show fewer" : "Show all " + scores.length + " labels";
}

function showOutput(text) {
  at("answer").hidden = false;
  at("error").hidden = at("decision").hidden = true;
  at("output").hidden = false;
  at("output").textContent = text;
}

async function tryText(event) {
  if (event) event.preventDefault();
  const text = at("text").value;
  if (!text.trim() || at("go").disabled) return;
  at("go").disabled = true;
  const start = performance.now();
  try {
    if (kind === "classify") showDecision(await call("v1/classify", { text }));
    else if (kind === "extract") showOutput(JSON.stringify((await call("v1/extract", { text })).document, null, 2));
    else if (kind === "generate") showOutput((await call("v1/generate", { text })).output);
    else showOutput((await call("v1/chat/completions", { model: at("name").textContent, messages: [{ role: "user", content: text }] })).choices[0].message.content);
    at("took").textContent = (performance.now() - start).toFixed(0) + " ms";
  } catch (error) {
    at("took").textContent = "";
    showError(error.message);
  } finally {
    at("go").disabled = !at("text").value.trim();
  }
}

at("form").addEventListener("submit", tryText);
at("text").addEventListener("input", () => { at("go").disabled = !at("text").value.trim(); });
at("text").addEventListener("keydown", event => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) tryText(event); });
at("more").addEventListener("click", () => { all = !all; showDecision(last); });
