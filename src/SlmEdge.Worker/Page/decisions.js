// The newest decisions, each with a way to say what it should have been.
let labels = [];
const open = new Set();

function correction(entry) {
  const cell = make("td");
  if (entry.feedback) {
    cell.textContent = entry.feedback.label ?? "none";
    return cell;
  }
  if (entry.kind !== "decision") return cell;
  if (!open.has(entry.id)) {
    const button = make("button", "Correct", "small quiet");
    button.setAttribute("aria-label", "Correct decision " + entry.id);
    button.addEventListener("click", () => { open.add(entry.id); cell.replaceWith(correction(entry)); });
    cell.append(button);
    return cell;
  }
  const select = make("select");
  select.setAttribute("aria-label", "The right label of decision " + entry.id);
  select.append(...labels.map(label => Object.assign(make("option", label), { selected: label === entry.label })));
  const save = make("button", "Save", "small");
  save.addEventListener("click", async () => {
    try {
      await call("v1/feedback", { id: entry.id, label: select.value });
      open.delete(entry.id);
      showDecisions(true);
    } catch (error) {
      at("decisions-note").textContent = error.message;
    }
  });
  cell.append(select, " ", save);
  return cell;
}

async function showDecisions(force) {
  // Nobody's choice is taken away while it is made.
  if (open.size && force !== true) return;
  try {
    const answer = await call("v1/decisions?order=newest&limit=50");
    at("decisions-note").textContent = answer.decisions.length ? "" : "Nothing was decided yet.";
    at("decision-rows").replaceChildren(...answer.decisions.map(entry => {
      const row = make("tr");
      row.append(
        make("td", new Date(entry.time).toLocaleTimeString()),
        make("td", entry.text ?? "not kept", entry.text === undefined ? "soft" : ""),
        make("td", entry.kind === "decision" ? entry.label ?? "no decision" : entry.output ?? entry.finishReason),
        make("td", entry.confidence === undefined ? "" : percent(entry.confidence), "number"),
        correction(entry));
      return row;
    }));
  } catch (error) {
    at("decisions-note").textContent = error.status === 404 ? "The service keeps no journal: start it with a data folder (--data)." : error.message;
  }
}
views.decisions = showDecisions;
