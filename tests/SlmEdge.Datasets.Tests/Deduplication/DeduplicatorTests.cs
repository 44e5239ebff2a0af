using System.Text.Json;
using FsCheck.Xunit;
using SlmEdge.Datasets.Deduplication;
using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Tests.Deduplication;

public sealed class DeduplicatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 20)]
    public void Kept_rows_are_no_duplicates_and_removed_rows_have_a_kept_twin(int seed, bool longest)
    {
        List<string> texts = SampleTexts.Make(seed, 120);
        string data = _folder.WriteRows($"{Guid.NewGuid():N}.jsonl", texts.Select(text => (text, "x")));
        DedupeResult result = Run(data, out string kept, out string removed, longest ? RowPriority.Longest : RowPriority.First);

        var sets = texts.Select(text => ShingleSet.Of(TrainTestOverlap.Fold(text), 5)).ToArray();
        var gone = File.ReadLines(removed).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(row => row.GetProperty("row").GetInt32() - 1, row => row.GetProperty("twin").GetInt32() - 1);
        gone.Count.ShouldBe((int)(result.RemovedExact + result.RemovedNear));
        foreach ((int row, int twin) in gone)
        {
            gone.ShouldNotContainKey(twin);
            ShingleSet.Jaccard(sets[row], sets[twin]).ShouldBeGreaterThanOrEqualTo(0.8);
            (longest ? (-TrainTestOverlap.Fold(texts[twin]).Length, twin).CompareTo((-TrainTestOverlap.Fold(texts[row]).Length, row)) < 0 : twin < row).ShouldBeTrue();
        }

        // The bands miss a pair just at the threshold once in a hundred times; all pairs that are left are such.
        int[] left = [.. Enumerable.Range(0, texts.Count).Where(row => !gone.ContainsKey(row))];
        left.SelectMany((a, i) => left[(i + 1)..].Select(b => ShingleSet.Jaccard(sets[a], sets[b]))).Count(similarity => similarity >= 0.8).ShouldBeLessThanOrEqualTo(1);
        File.ReadAllLines(kept).ShouldBe(File.ReadAllLines(data).Where((_, row) => !gone.ContainsKey(row)));
    }

    [Property(MaxTest = 20)]
    public void Done_twice_nothing_more_is_removed(int seed, bool longest)
    {
        RowPriority keep = longest ? RowPriority.Longest : RowPriority.First;
        string data = _folder.WriteRows($"{Guid.NewGuid():N}.jsonl", SampleTexts.Make(seed, 200).Select(text => (text, "x")));
        Run(data, out string once, out _, keep);
        DedupeResult again = Run(once, out string twice, out _, keep);

        (again.RemovedExact + again.RemovedNear).ShouldBe(0);
        File.ReadAllBytes(twice).ShouldBe(File.ReadAllBytes(once));
    }

    [SkippableFact]
    public void On_the_disk_the_result_is_that_in_memory()
    {
        string data = SharedData.Locate("data/banking77/train.csv");
        DedupeResult memory = Run(data, out string first, out string firstRemoved, label: "category");
        DedupeResult disk = Run(data, out string second, out string secondRemoved, label: "category", memory: 100_000);

        disk.ShouldBe(memory);
        File.ReadAllBytes(second).ShouldBe(File.ReadAllBytes(first));
        File.ReadAllBytes(secondRemoved).ShouldBe(File.ReadAllBytes(firstRemoved));

        // Counted with all 50 million pairs compared (the first row of each text, then each earlier kept row of the same label).
        (memory.Rows, memory.RemovedExact).ShouldBe((10003, 4));
        memory.RemovedNear.ShouldBeInRange(112, 114);
    }

    [Fact]
    public void Kept_rows_stand_byte_for_byte_as_they_were()
    {
        string data = _folder.Write("odd.csv", "\uFEFFlabel;text\r\na;\"Pump; \"\"left\"\"\nleaks\"\r\n\r\nb;5\" pipe\r\na; pump; \r\na;PUMP;\r\n"u8.ToArray());
        string data2 = _folder.Write("fine.csv", "label;text\r\na;\"Pump; \"\"left\"\"\nleaks\"\r\n\r\nb;5\" pipe\r\na; pump \r\na;PUMP\r\nlast;end"u8.ToArray());
        Run(data2, out string kept, out string removed);

        File.ReadAllText(kept).ShouldBe("label;text\r\na;\"Pump; \"\"left\"\"\nleaks\"\r\nb;5\" pipe\r\na; pump \r\nlast;end\n");
        File.ReadAllText(removed).ShouldBe("{\"row\":6,\"twin\":5,\"reason\":\"exact\",\"similarity\":1,\"text\":\"PUMP\",\"label\":\"a\"}\n");
        Should.Throw<SlmEdge.Formats.JsonLines.DataFormatException>(() => Run(data, out _, out _)).Message.ShouldContain("row 5");
    }

    [Fact]
    public void Rows_with_other_labels_are_kept_unless_it_is_asked_for()
    {
        string data = _folder.WriteRows("labels.jsonl", [("pump leaks", "a"), ("Pump leaks", "b"), ("pump  leaks", "a")]);

        Run(data, out _, out _).ShouldBe(new DedupeResult(3, 2, 1, 0, 0));
        Deduplicator.Run(new DedupeOptions { DataFile = data, OutputFile = _folder.Combine("across.jsonl"), AcrossLabels = true }, null, CancellationToken.None).Kept.ShouldBe(1);
    }

    [SkippableFact]
    public void Dialogues_and_preferences_are_compared_as_a_whole()
    {
        string data = SharedData.Locate("data/preferences/hh-harmless.jsonl.gz");
        DedupeResult result = Run(data, out string kept, out _);

        result.Rows.ShouldBe(2312);
        result.Kept.ShouldBe(File.ReadLines(kept).Count());
        result.Kept.ShouldBeLessThan(2312);
    }

    [Fact]
    public void An_existing_file_is_not_written_over()
    {
        string data = _folder.WriteRows("rows.jsonl", [("a", "x")]);
        Should.Throw<DatasetException>(() => Deduplicator.Run(new DedupeOptions { DataFile = data, OutputFile = data }, null, CancellationToken.None)).Message.ShouldContain("--overwrite");
    }

    [Fact]
    public void Stopping_leaves_nothing_behind()
    {
        string data = _folder.WriteRows("rows.jsonl", SampleTexts.Make(1, 50).Select(text => (text, "x")));
        using var cancellation = new CancellationTokenSource();
        var stop = new StopAt("writing", cancellation);
        Should.Throw<OperationCanceledException>(() => Deduplicator.Run(
            new DedupeOptions { DataFile = data, OutputFile = _folder.Combine("out.jsonl"), RemovedFile = _folder.Combine("removed.jsonl"), Dataset = new DatasetOptions { Threads = 1 } }, stop, cancellation.Token));

        Directory.GetFiles(_folder.Path).ShouldBe([data]);
    }

    private DedupeResult Run(string data, out string kept, out string removed, RowPriority keep = RowPriority.First, string label = "label", long memory = 2L << 30)
    {
        string name = Guid.NewGuid().ToString("N");
        kept = _folder.Combine(name + ".kept" + Path.GetExtension(data.Replace(".gz", "", StringComparison.Ordinal)));
        removed = _folder.Combine(name + ".removed.jsonl");
        return Deduplicator.Run(
            new DedupeOptions { DataFile = data, OutputFile = kept, RemovedFile = removed, Keep = keep, Dataset = new DatasetOptions { LabelColumn = label, MemoryBytes = memory, TemporaryFolder = _folder.Path } },
            null,
            CancellationToken.None);
    }

    private sealed class StopAt(string step, CancellationTokenSource cancellation) : IProgress<DatasetProgress>
    {
        public void Report(DatasetProgress value)
        {
            if (value.Step == step || (step == "writing" && value.Step == "comparing" && value.Done == value.Total))
            {
                cancellation.Cancel();
            }
        }
    }
}
