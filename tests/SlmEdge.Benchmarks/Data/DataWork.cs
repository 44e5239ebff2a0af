using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Datasets.Decontamination;
using SlmEdge.Datasets.Deduplication;
using SlmEdge.Datasets.Quality;
using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Datasets.Splitting;
using SlmEdge.Datasets.Statistics;

namespace SlmEdge.Benchmarks.Data;

/// <summary>One piece of work on a data file, in a process of its own, so that its peak memory is its own.</summary>
internal static class DataWork
{
    public const string Command = "data-work";

    public static void Run(BenchmarkArguments arguments)
    {
        string data = arguments.Required("data");
        string output = arguments.Required("out");
        var dataset = new DatasetOptions { MemoryBytes = (long)arguments.Integer("memory", 2048) << 20, TemporaryFolder = Path.GetDirectoryName(output)!, Threads = arguments.Threads };
        long start = Stopwatch.GetTimestamp();
        string said = arguments.Required("work") switch
        {
            "dedupe-exact" => Say(Deduplicator.Run(new DedupeOptions { DataFile = data, OutputFile = output, Near = null, Dataset = dataset, Overwrite = true }, null, default)),
            "dedupe-near" => Say(Deduplicator.Run(new DedupeOptions { DataFile = data, OutputFile = output, Dataset = dataset, Overwrite = true }, null, default)),
            "check" => Say(DatasetCheck.Run(new CheckOptions { DataFiles = [data], Dataset = dataset }, null, default)),
            "check-exact" => Say(DatasetCheck.Run(new CheckOptions { DataFiles = [data], Near = null, Dataset = dataset }, null, default)),
            "split" => Say(Splitter.Run(new SplitOptions { DataFile = data, OutputFolder = output + ".split", Dataset = dataset, Overwrite = true }, null, default)),
            "split-near" => Say(Splitter.Run(new SplitOptions { DataFile = data, OutputFolder = output + ".split", Near = new SimilarityOptions(), Dataset = dataset, Overwrite = true }, null, default)),
            "decontaminate" => Say(Decontaminator.Run(new DecontaminateOptions { TrainFile = data, TestFiles = [arguments.Required("test")], OutputFile = output, Dataset = dataset, Overwrite = true }, null, default)),
            "stats" => Say(DatasetStatistics.Run(new StatisticsOptions { DataFiles = [data], Dataset = dataset }, null, default)),
            var other => throw new BenchmarkException($"There is no work '{other}'."),
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s: {said}"));
    }

    private static string Say(DedupeResult result) => FormattableString.Invariant($"{result.Kept:N0} kept, {result.RemovedExact:N0} exact and {result.RemovedNear:N0} near removed, {result.SkippedComparisons:N0} comparisons skipped");

    private static string Say(CheckResult result) => string.Join(", ", result.Findings.Select(finding => FormattableString.Invariant($"{finding.Kind.Code} {finding.Count:N0}")));

    private static string Say(SplitResult result) => string.Join(", ", result.Parts.Select(part => FormattableString.Invariant($"{part.Name} {part.Rows:N0}")));

    private static string Say(DecontaminateResult result) => FormattableString.Invariant($"{result.Exact:N0} exact, {result.Near:N0} near of {result.TrainRows:N0} against {result.TestRows:N0}");

    private static string Say(StatisticsResult result) => FormattableString.Invariant($"{result.Rows:N0} rows, {result.Total:N0} {result.LengthUnit}");
}
