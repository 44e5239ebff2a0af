// Jobs with their progress.
function jobButtons(job) {
  const cell = make("td");
  const button = (text, path) => {
    const element = make("button", text, "small quiet");
    element.addEventListener("click", async () => {
      try { await call("v1/jobs/" + job.id + "/" + path, null); } catch (error) { at("jobs-note").textContent = error.message; }
      showJobs();
    });
    cell.append(element, " ");
  };
  if (job.state === "running") button("Pause", "pause");
  if (job.state === "paused") button("Resume", "resume");
  if (job.state === "running" || job.state === "paused") button("Cancel", "cancel");
  if (job.failed > 0) button("Retry failed", "retry");
  if (job.done > 0) {
    const save = make("button", "Results", "small quiet");
    save.addEventListener("click", async () => {
      const response = await ask("v1/jobs/" + job.id + "/results");
      const link = make("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = (job.name || job.id) + ".results.jsonl";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    cell.append(save);
  }
  return cell;
}

async function showJobs() {
  try {
    const answer = await call("v1/jobs");
    at("jobs-note").textContent = answer.jobs.length ? "" : "There are no jobs. Send JSON Lines to POST /v1/jobs, or put a file into the inbox folder.";
    at("job-rows").replaceChildren(...answer.jobs.map(job => {
      const row = make("tr"), cell = make("td"), bar = make("progress");
      bar.max = Math.max(job.total, 1);
      bar.value = job.done + job.failed;
      cell.append(bar, " ", make("span", job.state === "running" && job.secondsLeft !== undefined ? number(job.secondsLeft) + " s left" : "", "soft"));
      row.append(make("td", job.name || job.id), make("td", job.state), cell, make("td", number(job.total), "number"), make("td", number(job.failed), "number"), jobButtons(job));
      return row;
    }));
  } catch (error) {
    at("jobs-note").textContent = error.status === 404 ? "The service keeps no jobs: start it with a data folder (--data)." : error.message;
  }
}
views.jobs = showJobs;
