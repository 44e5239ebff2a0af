using SlmEdge.Datasets.Decontamination;
using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Tests.Decontamination;

public sealed class DecontaminatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void On_banking77_it_finds_what_comparing_all_pairs_finds()
    {
        string train = SharedData.Locate("data/banking77/train.csv");
        string test = SharedData.Locate("data/banking77/test.csv");
        var options = new ReaderOptions { LabelColumn = "category" };
        ulong[][] tests = [.. LabelledTextReader.Read(test, options).Select(row => ShingleSet.Of(TrainTestOverlap.Fold(row.Text), 5))];
        var texts = LabelledTextReader.Read(train, options);
        int all = texts.Count(row =>
        {
            ulong[] set = ShingleSet.Of(TrainTestOverlap.Fold(row.Text), 5);
            return tests.Any(other => Math.Min(set.Length, other.Length) >= 0.8 * Math.Max(set.Length, other.Length) && ShingleSet.Jaccard(set, other) >= 0.8);
        });
        DecontaminateResult result = Run(train, [test], _folder.Combine("clean.csv"), _folder.Combine("removed.jsonl"));

        result.Exact.ShouldBe(TrainTestOverlap.Check(LabelledTextReader.Read(test, options), texts).Count);
        (result.Exact + result.Near).ShouldBeInRange(all - 2, all);
        LabelledTextReader.Read(_folder.Combine("clean.csv"), options).Count.ShouldBe((int)(10003 - result.Exact - result.Near));
        File.ReadLines(_folder.Combine("removed.jsonl")).Count().ShouldBe((int)(result.Exact + result.Near));
        Run(_folder.Combine("clean.csv"), [test], _folder.Combine("again.csv"), null).ShouldSatisfyAllConditions(again => again.Exact.ShouldBe(0), again => again.Near.ShouldBe(0));
    }

    [Fact]
    public void The_test_row_of_each_removed_row_is_named()
    {
        string train = _folder.WriteRows("train.jsonl", [("fresh text", "a"), ("The pump is leaking oil on the left side", "a"), ("seen before", "b")]);
        string one = _folder.WriteRows("one.jsonl", [("something else", "a"), ("Seen Before", "c")]);
        string two = _folder.WriteRows("two.jsonl", [("nothing", "a"), ("the pump is leaking oil on the left sides", "a")]);
        DecontaminateResult result = Run(train, [one, two], _folder.Combine("clean.jsonl"), null);

        result.First.Select(row => (row.TrainRow, row.TestFile, row.TestRow, row.Exact)).ShouldBe([(2L, two, 2L, false), (3L, one, 2L, true)]);
        File.ReadAllLines(_folder.Combine("clean.jsonl")).ShouldBe(File.ReadAllLines(train).Take(1));
        Should.Throw<DatasetException>(() => Run(one, [one], _folder.Combine("none.jsonl"), null)).Message.ShouldContain("same file");
    }

    private static DecontaminateResult Run(string train, string[] tests, string output, string? removed) => Decontaminator.Run(
        new DecontaminateOptions { TrainFile = train, TestFiles = tests, OutputFile = output, RemovedFile = removed, Dataset = new DatasetOptions { LabelColumn = "category" } }, null, CancellationToken.None);
}
