using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Data;

/// <summary>
/// The data commands on many generated rows: seconds and peak memory of each, in processes of their own. Exact dedupe stands beside
/// <c>sort -u</c>, which knows nothing of letter case or JSON, and a plain Python script that does the same work.
/// </summary>
internal static class DataLargeBenchmark
{
    private static readonly string[] Works = ["dedupe-exact", "dedupe-near", "check", "split", "decontaminate", "stats"];

    public static void Run(BenchmarkArguments arguments)
    {
        int rows = arguments.Integer("rows", 1_000_000);
        string folder = Path.GetFullPath(arguments.Text("folder") ?? Path.Combine(Path.GetTempPath(), "slmedge-data-large"));
        string memory = arguments.Integer("memory", 2048).ToString(CultureInfo.InvariantCulture);
        string threads = arguments.Threads.ToString(CultureInfo.InvariantCulture);
        string[]? only = arguments.Text("only")?.Split(',');
        bool Wanted(string name) => only is null || only.Contains(name);
        Directory.CreateDirectory(folder);
        string data = Path.Combine(folder, $"rows-{rows}.jsonl");
        string test = Path.Combine(folder, "test.jsonl");
        if (!File.Exists(data))
        {
            GeneratedRows.Write(data, rows, seed: 1);
            File.WriteAllLines(test, File.ReadLines(data).Where((_, row) => row % 5000 == 17).Take(2000));
        }

        Console.WriteLine(FormattableString.Invariant($"{rows:N0} rows, {new FileInfo(data).Length >> 20:N0} MiB; --memory {memory} MiB, {threads} thread(s). {Machine.Describe()}"));
        var table = new MarkdownTable("work", "seconds", "processor s", "rows/s", "peak memory", "peak on disk");
        string output = Path.Combine(folder, "out.jsonl");
        string self = Environment.ProcessPath!;
        foreach (string work in Works.Where(Wanted))
        {
            Add(table, work, rows, MeasuredProcess.Run(self, [DataWork.Command, "--work", work, "--data", data, "--test", test, "--out", output, "--memory", memory, "--threads", threads], folder));
        }

        if (Wanted("peers"))
        {
            Environment.SetEnvironmentVariable("LC_ALL", "C");
            Add(table, "peer: sort -u (whole lines only)", rows, MeasuredProcess.Run("sort", ["-u", "-S", memory + "M", "--parallel", threads, "-T", folder, "-o", output, data], folder));
            Add(table, "peer: Python, exact as ours", rows, MeasuredProcess.Run("python3", [RepositoryFiles.Peer("dedupe.py"), data, output], folder));
        }

        table.Print();
    }

    private static void Add(MarkdownTable table, string name, int rows, MeasuredProcess run) => table.Add(
        name,
        run.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
        run.ProcessorSeconds.ToString("0.0", CultureInfo.InvariantCulture),
        (rows / run.Seconds).ToString("N0", CultureInfo.InvariantCulture),
        FormattableString.Invariant($"{run.PeakBytes >> 20:N0} MiB"),
        FormattableString.Invariant($"{run.DiskBytes >> 20:N0} MiB"));
}
