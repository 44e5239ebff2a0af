// The view of what goes on: it reads /metrics and shows what changed between two readings.
const readings = [];

function parseMetrics(text) {
  const figures = new Map(), labels = new Map(), buckets = { queue: new Map(), prefill: new Map(), confidence: new Map() };
  const add = (sums, key, value) => sums.set(key, (sums.get(key) || 0) + value);
  for (const line of text.split("\n")) {
    const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!found) continue;
    const [, name, tags = "", value] = found;
    const tag = {};
    for (const [, key, content] of tags.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) tag[key] = content.replace(/\\(n|["\\])/g, (_, c) => c === "n" ? "\n" : c);
    const histogram = /^slm_edge_(queue|prefill|confidence)(?:_seconds)?_bucket$/.exec(name)?.[1];
    // One series for each operation and adapter: the page shows them together.
    if (histogram) add(buckets[histogram], tag.le === "+Inf" ? Infinity : +tag.le, +value);
    else if (name === "slm_edge_decisions_total") add(labels, tag.label, +value);
    else if (name !== "slm_edge_info") add(figures, name, +value);
  }
  for (const name in buckets) buckets[name] = [...buckets[name]];
  return { at: performance.now() / 1000, figures, labels: [...labels], buckets };
}

// Where the share of the values lies, straight between the bounds around it.
function quantile(now, before, share) {
  const counts = now.map(([bound, count], i) => [bound, count - (before?.[i]?.[1] ?? 0)]);
  const total = counts.at(-1)?.[1] ?? 0;
  if (!total) return null;
  let low = 0, below = 0;
  for (const [bound, count] of counts) {
    if (count >= share * total) return bound === Infinity ? low : low + (bound - low) * (share * total - below) / Math.max(count - below, 1);
    low = bound; below = count;
  }
  return low;
}

const answers = reading => reading.buckets.prefill.at(-1)?.[1] ?? 0;
const milliseconds = seconds => seconds === null ? "–" : number(1000 * seconds, seconds < 0.01 ? 1 : 0) + " ms";

function showLive() {
  const now = readings.at(-1), first = readings[0];
  const seconds = Math.max(now.at - first.at, 1e-9), rate = name => ((now.figures.get(name) || 0) - (first.figures.get(name) || 0)) / seconds;
  const perSecond = readings.length > 1 ? (answers(now) - answers(first)) / seconds : 0;
  const figures = [
    ["Answers a second", number(perSecond, 1)],
    ["Half within", milliseconds(quantile(now.buckets.prefill, first.buckets.prefill, .5))],
    ["99 % within", milliseconds(quantile(now.buckets.prefill, first.buckets.prefill, .99))],
    ["Wait before, 99 %", milliseconds(quantile(now.buckets.queue, first.buckets.queue, .99))],
    ["Tokens a second", number(readings.length > 1 ? rate("slm_edge_text_tokens_total") + rate("slm_edge_prompt_tokens_total") + rate("slm_edge_answer_tokens_total") : 0)],
    ["Waiting", number(now.figures.get("slm_edge_waiting_requests"))],
    ["Answers since the start", number(answers(now))],
    ["Abstained", kind === "classify" && answers(now) ? percent((now.figures.get("slm_edge_abstentions_total") || 0) / answers(now)) : "–"],
    ["Failed", number(now.figures.get("slm_edge_failures_total") || 0)],
    ["Memory of the service", size(now.figures.get("slm_edge_resident_memory_bytes"))]
  ];
  at("figures").replaceChildren(...figures.map(([name, value]) => {
    const box = make("div");
    box.append(make("dt", name), make("dd", value));
    return box;
  }));

  const rates = readings.slice(1).map((reading, i) => [60 - (now.at - reading.at), (answers(reading) - answers(readings[i])) / Math.max(reading.at - readings[i].at, 1e-9)]);
  const top = Math.max(...rates.map(([, value]) => value), 1);
  const points = rates.map(([x, value]) => Math.max(0, x).toFixed(2) + " " + (19.5 - 19 * value / top).toFixed(2));
  at("chart").querySelector(".line").setAttribute("d", points.length > 1 ? "M" + points.join("L") : "");
  at("chart").querySelector(".area").setAttribute("d", points.length > 1 ? "M" + points.join("L") + "L60 20L" + Math.max(0, rates[0][0]).toFixed(2) + " 20Z" : "");
  at("chart-top").textContent = "highest: " + number(top, 1) + " a second";

  at("confidence-card").hidden = at("labels-card").hidden = kind !== "classify";
  let before = 0;
  const shares = now.buckets.confidence.filter(([bound]) => bound <= 1).map(([, count]) => { const own = count - before; before = count; return own; });
  const highest = Math.max(...shares, 1);
  at("columns").replaceChildren(...shares.map((count, i) => {
    const column = make("div");
    column.style.height = 100 * count / highest + "%";
    column.title = 10 * i + " to " + 10 * (i + 1) + " %: " + number(count);
    return column;
  }));
  const total = now.labels.reduce((sum, [, count]) => sum + count, 0);
  const sorted = now.labels.sort((a, b) => b[1] - a[1]);
  drawBars(at("label-bars"), sorted.slice(0, 20).map(([name, count]) => [name, count / Math.max(total, 1), number(count)]));
  at("label-note").textContent = total ? (sorted.length > 20 ? "The 20 most frequent of " + sorted.length + " labels." : "") : "Nothing was decided yet.";
}

async function readMetrics() {
  const response = await ask("metrics");
  if (!response.ok) return;
  readings.push(parseMetrics(await response.text()));
  while (readings.length > 1 && readings[0].at < readings.at(-1).at - 60) readings.shift();
  if (shown === "live") showLive();
}
views.live = () => { if (readings.length) showLive(); };
readMetrics();
setInterval(() => { if (!document.hidden) readMetrics(); }, 2000);
