namespace SlmEdge.Training.Reports;

/// <summary>The report's style sheet. It names no outside resource, so that the report reads the same offline.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root {
          color-scheme: light dark;
          --page: #f7f7f5; --card: #ffffff; --ink: #1b1c1e; --soft: #5c6068; --line: #dfe1e5; --grid: #eceef1;
          --accent: #2456c8; --base: #9aa1ad; --torch: #2456c8; --llama: #b4540a; --onnx: #0d7d6c; --warn: #b3261e; --good: #1e7b34; --heat: 36, 86, 200;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #16181c; --card: #1f2227; --ink: #e8eaed; --soft: #a3a9b3; --line: #353941; --grid: #2a2e35;
            --accent: #8ab0ff; --base: #7d8591; --torch: #8ab0ff; --llama: #ffb074; --onnx: #62d3bf; --warn: #ff8a80; --good: #7fd694; --heat: 138, 176, 255;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
        h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
        h2 { font-size: 18px; margin: 0 0 4px; }
        p { margin: 0 0 12px; max-width: 75ch; }
        .soft { color: var(--soft); }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px; margin-top: 20px; }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px; margin-top: 20px; }
        .fact { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
        .fact b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
        .fact span { color: var(--soft); font-size: 13px; }
        .verdict { border-left: 4px solid var(--good); }
        .verdict.no { border-left-color: var(--warn); }
        .plot { max-width: 560px; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: 6px 9px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th { font-weight: 600; font-size: 13px; color: var(--soft); }
        th:first-child, td:first-child, .text { text-align: left; }
        .prose td.text { white-space: normal; overflow-wrap: anywhere; min-width: 12ch; }
        .prose td { vertical-align: top; }
        .prose td.written { white-space: pre-wrap; min-width: 22ch; }
        tr.ref td { font-weight: 600; }
        tr.pick td:first-child::after { content: "recommended"; margin-left: 8px; padding: 1px 7px; border-radius: 9px; font-size: 11px; font-weight: 600; color: var(--card); background: var(--good); }
        tr.plain td { color: var(--soft); }
        .loss { color: var(--warn); }
        .dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); margin-top: 8px; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 20px; }
        .pair .card { min-width: 0; }
        svg { display: block; width: 100%; height: auto; font: 12px system-ui, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
        svg text { fill: var(--ink); }
        svg .soft { fill: var(--soft); }
        svg .grid { stroke: var(--grid); }
        svg .axis { stroke: var(--line); }
        .confusion td, .confusion th { padding: 4px 7px; text-align: center; border: 1px solid var(--card); font-size: 13px; }
        .confusion th.row { text-align: right; color: var(--ink); font-weight: 400; }
        .confusion thead th { vertical-align: bottom; }
        .confusion thead th span { writing-mode: vertical-rl; transform: rotate(180deg); color: var(--ink); font-weight: 400;  }
        @media print { body { background: none; } .card, .fact { break-inside: avoid; } }
        @media (max-width: 520px) { .pair { grid-template-columns: 1fr; } }
        """;
}
