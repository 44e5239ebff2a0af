// Whether the texts are still those that the bundle was tested with.
const statisticNames = {
  labels: "Labels", tokens: "Vocabulary", confidence: "Confidence", length: "Length", unknownTokens: "Unknown characters", newTokens: "New words",
  answerLength: "Length of answers", unfinishedAnswers: "Cut-off answers"
};

function showDrift(drift) {
  at("drift-note").textContent = !drift.reference ? "This bundle has nothing to compare with; export it again with held-out rows." :
    drift.statistics.length === 0 ? number(drift.inWindow) + " of " + number(drift.window) + " texts; nothing is compared before." :
    "The last " + number(drift.inWindow) + " texts beside " + number(drift.referenceRows) + " held-out rows. Of stretches of " + number(drift.falseAlarms.texts) +
    " unchanged texts at most " + percent(drift.falseAlarms.rate, 0) + " raise an alarm.";
  const bars = at("drift-bars");
  bars.replaceChildren();
  for (const { name, value, threshold, alarm } of drift.statistics ?? []) {
    const share = threshold > 0 ? value / threshold : value > 0 ? 1 : 0;
    const track = make("dd", undefined, alarm ? "alarm" : ""), outer = make("div", undefined, "track"), inner = make("div", undefined, "fill");
    inner.style.width = Math.min(100, 100 * share) + "%";
    outer.append(inner);
    track.append(outer);
    bars.append(make("dt", statisticNames[name] ?? name), track, make("dd", alarm ? "alarm" : percent(share, 0)));
  }
  at("drift-scale").hidden = !drift.statistics?.length;

  at("accuracy-card").hidden = !drift.accuracy || drift.statistics.length === 0;
  if (drift.accuracy) {
    at("accuracy").replaceChildren(...[
      ["Recent texts", percent(drift.accuracy.estimate)],
      ["95 % interval", percent(drift.accuracy.low, 0) + " to " + percent(drift.accuracy.high, 0)],
      ["Validation rows", percent(drift.referenceAccuracy)]
    ].map(([name, value]) => {
      const box = make("div");
      box.append(make("dt", name), make("dd", value));
      return box;
    }));
  }

  const changed = (drift.labels ?? []).map(label => ({ ...label, change: label.window - label.reference })).sort((a, b) => Math.abs(b.change) - Math.abs(a.change)).slice(0, 8);
  at("mix-card").hidden = !drift.statistics?.length || !drift.labels;
  at("mix-rows").replaceChildren(...changed.map(label => {
    const row = make("tr");
    row.append(make("td", label.label), make("td", percent(label.reference), "number"), make("td", percent(label.window), "number"), make("td", (label.change > 0 ? "+" : "−") + percent(Math.abs(label.change)), "number"));
    return row;
  }));

  at("left-out").textContent = drift.leftOut > 0 ? number(drift.leftOut) + " texts were answered by adapters that have nothing to compare with, and are left out." : "";
  at("adapters-drift-card").hidden = !drift.adapters?.length && !(drift.leftOut > 0);
  at("adapter-drift-rows").replaceChildren(...(drift.adapters ?? []).map(adapter => {
    const row = make("tr"), alarms = adapter.statistics.filter(statistic => statistic.alarm).map(statistic => statisticNames[statistic.name] ?? statistic.name);
    row.append(
      make("td", adapter.adapter + " " + adapter.version), make("td", number(adapter.inWindow) + " of " + number(adapter.window), "number"),
      make("td", alarms.length > 0 ? alarms.join(", ") : adapter.statistics.length === 0 ? "not compared yet" : "none"),
      make("td", adapter.accuracy ? percent(adapter.accuracy.estimate) : "–", "number"));
    return row;
  }));

  at("alarms-card").hidden = drift.alarms.length === 0;
  at("alarm-rows").replaceChildren(...drift.alarms.slice(0, 20).map(alarm => {
    const row = make("tr");
    row.append(
      make("td", new Date(alarm.time).toLocaleString()), make("td", (statisticNames[alarm.statistic] ?? alarm.statistic) + (alarm.adapter ? " (" + alarm.adapter + ")" : "")), make("td", alarm.begins ? "began" : "ended"),
      make("td", percent(alarm.threshold > 0 ? alarm.value / alarm.threshold : 1, 0), "number"), make("td", alarm.version));
    return row;
  }));
}

views.drift = async () => {
  try { showDrift(await call("v1/drift")); } catch (error) { at("drift-note").textContent = error.message; }
};
