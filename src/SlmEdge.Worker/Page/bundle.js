// What is served, with its proof and adapters; and the start of the page.
function showBundle(bundle) {
  document.title = bundle.name + " · SlmEdge";
  kind = bundle.task.kind;
  labels = bundle.labels;
  at("go").textContent = { classify: "Classify", extract: "Extract", generate: "Write", chat: "Ask" }[kind];
  at("name").textContent = bundle.name;
  at("about").textContent = "version " + bundle.version + (labels.length ? " · " + labels.length + " labels" : "") + " · made " + bundle.createdUtc.slice(0, 10);
  at("instruction").textContent = bundle.task.instruction;
  const engine = bundle.engine;
  at("engine").textContent = engine.file + " on " + engine.library + " " + engine.version + " · " + engine.cpuLevel +
    " · " + engine.threads + (engine.threads === 1 ? " thread" : " threads") + (engine.gpu ? " · GPU" : "") + " · signature: " + bundle.signature;
  at("proof").hidden = bundle.scores.length === 0;
  for (const score of bundle.scores) {
    const row = make("tr");
    row.append(
      make("td", score.stage), make("td", score.engine), make("td", score.precision),
      make("td", percent(score.accuracy, 2)), make("td", score.macroF1.toFixed(4)),
      make("td", score.meanKl === undefined ? "–" : score.meanKl.toExponential(1)),
      make("td", score.changedDecisions === undefined ? "–" : score.changedDecisions),
      make("td", size(score.sizeBytes)), make("td", score.textsPerSecond > 0 ? number(score.textsPerSecond, score.textsPerSecond < 10 ? 1 : 0) : "–"));
    at("stages").append(row);
  }
  if (bundle.scores.length) at("examples").textContent = bundle.scores[0].examples + " examples. Speed as measured when the bundle was made.";
}

views.bundle = async () => {
  try {
    const { adapters = [] } = await call("v1/adapters");
    at("adapters-card").hidden = adapters.length === 0;
    at("adapter-rows").replaceChildren(...adapters.map(adapter => {
      const row = make("tr");
      row.append(make("td", adapter.name), make("td", adapter.version ?? ""), make("td", adapter.task ?? ""), make("td", adapter.inFlight ?? "", "number"));
      return row;
    }));
  } catch {
    at("adapters-card").hidden = true;
  }
};

call("v1/bundle").then(bundle => {
  showBundle(bundle);
  const asked = new URLSearchParams(location.hash.slice(1)).get("text");
  const view = location.hash.slice(1);
  if (document.querySelector('[aria-controls="' + CSS.escape(view) + '"]')) show(view);
  else if (asked) { at("text").value = asked; at("go").disabled = false; tryText(); }
}).catch(error => { at("about").textContent = ""; showError(error.message); });
