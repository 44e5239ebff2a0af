using FsCheck.Xunit;
using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Datasets.Splitting;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Tests.Splitting;

public sealed class SplitterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 20)]
    public void The_parts_hold_every_row_once_whatever_the_order(int seed, bool near)
    {
        (string, string)[] rows = [.. SampleTexts.Make(seed, 150).Select((text, i) => (text, $"label {i % 3}"))];
        string name = Guid.NewGuid().ToString("N");
        string data = _folder.WriteRows(name + ".jsonl", rows);
        string shuffled = _folder.WriteRows(name + ".other.jsonl", rows.OrderBy(_ => Random.Shared.Next()));
        string[][] parts = Run(data, near);
        string[][] others = Run(shuffled, near);

        parts.SelectMany(part => part).Order(StringComparer.Ordinal).ShouldBe(File.ReadAllLines(data).Order(StringComparer.Ordinal));
        for (int part = 0; part < parts.Length; part++)
        {
            others[part].Order(StringComparer.Ordinal).ShouldBe(parts[part].Order(StringComparer.Ordinal));
        }
    }

    [SkippableFact]
    public void Labels_have_their_share_in_every_part_and_no_text_stands_in_two()
    {
        string data = SharedData.Locate("data/banking77/train.csv");
        var options = new DatasetOptions { LabelColumn = "category" };
        SplitResult result = Splitter.Run(new SplitOptions { DataFile = data, OutputFolder = _folder.Path, Near = new SimilarityOptions(), Dataset = options }, null, CancellationToken.None);

        result.Parts.Select(part => part.Rows).Sum().ShouldBe(10003);
        result.Parts.Select(part => part.Rows / 10003.0).Zip([0.8, 0.1, 0.1]).ShouldAllBe(share => Math.Abs(share.First - share.Second) < 0.001);
        foreach (string label in result.Parts[0].Labels.Keys)
        {
            double all = result.Parts.Sum(part => part.Labels[label]);
            for (int part = 0; part < 3; part++)
            {
                // A set of similar rows and the first row of a label are the slack.
                result.Parts[part].Labels[label].ShouldBeInRange((long)Math.Floor((all * (part == 0 ? 0.8 : 0.1)) - 5), (long)Math.Ceiling((all * (part == 0 ? 0.8 : 0.1)) + 5), label);
            }
        }

        var reader = new ReaderOptions { LabelColumn = "category" };
        IReadOnlyList<LabelledText>[] parts = [.. result.Parts.Select(part => LabelledTextReader.Read(part.File, reader))];
        TrainTestOverlap.Check(parts[0], parts[2]).ShouldBeEmpty();
        ulong[][] test = [.. parts[2].Select(row => ShingleSet.Of(TrainTestOverlap.Fold(row.Text), 5))];
        int near = parts[0].Count(row =>
        {
            ulong[] set = ShingleSet.Of(TrainTestOverlap.Fold(row.Text), 5);
            return test.Any(other => Math.Min(set.Length, other.Length) >= 0.8 * Math.Max(set.Length, other.Length) && ShingleSet.Jaccard(set, other) >= 0.8);
        });
        near.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Groups_stay_together_and_a_missing_group_is_named()
    {
        string data = _folder.Write("groups.csv", "machine,text,label\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"M{i % 17},text number {i},{(i % 2 == 0 ? "a" : "b")}\n")));
        var options = new DatasetOptions { GroupColumn = "machine" };
        SplitResult result = Splitter.Run(new SplitOptions { DataFile = data, OutputFolder = _folder.Combine("split"), Dataset = options }, null, CancellationToken.None);

        result.Units.ShouldBe(17);
        var machines = result.Parts.Select(part => File.ReadLines(part.File).Skip(1).Select(line => line.Split(',')[0]).ToHashSet()).ToArray();
        machines.Sum(part => part.Count).ShouldBe(17);
        Should.Throw<SlmEdge.Formats.JsonLines.DataFormatException>(() => Splitter.Run(
            new SplitOptions { DataFile = data, OutputFolder = _folder.Combine("none"), Dataset = options with { GroupColumn = "customer" } }, null, CancellationToken.None)).Message.ShouldContain("'customer'");
    }

    [Fact]
    public void A_label_with_one_row_is_trained_and_another_seed_splits_otherwise()
    {
        string data = _folder.WriteRows("rows.jsonl", Enumerable.Range(0, 40).Select(i => ($"text {i * 7919}", i == 17 ? "rare" : "common")));
        SplitResult first = Splitter.Run(new SplitOptions { DataFile = data, OutputFolder = _folder.Combine("a") }, null, CancellationToken.None);
        SplitResult second = Splitter.Run(new SplitOptions { DataFile = data, OutputFolder = _folder.Combine("b"), Seed = 1 }, null, CancellationToken.None);

        first.Parts[0].Labels["rare"].ShouldBe(1);
        File.ReadAllText(second.Parts[2].File).ShouldNotBe(File.ReadAllText(first.Parts[2].File));
        Should.Throw<DatasetException>(() => Splitter.Run(new SplitOptions { DataFile = data, OutputFolder = _folder.Combine("c"), Train = 0.9 }, null, CancellationToken.None)).Message.ShouldContain("1.1");
    }

    private string[][] Run(string data, bool near)
    {
        string folder = _folder.Combine(Guid.NewGuid().ToString("N"));
        SplitResult result = Splitter.Run(
            new SplitOptions { DataFile = data, OutputFolder = folder, Train = 0.7, Valid = 0.1, Test = 0.2, Near = near ? new SimilarityOptions() : null }, null, CancellationToken.None);
        return [.. result.Parts.Select(part => File.ReadAllLines(part.File))];
    }
}
