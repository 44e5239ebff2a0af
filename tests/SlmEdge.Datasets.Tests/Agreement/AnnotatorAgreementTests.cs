using SlmEdge.Datasets.Agreement;

namespace SlmEdge.Datasets.Tests.Agreement;

public sealed class AnnotatorAgreementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_and_files_give_the_same()
    {
        string table = _folder.Write("table.csv", "id,text,ann,ben,cem\n1,one,a,a,a\n2,two,a,b,c\n3,three,b,b,\n4,four,c,c,a\n5,five,b,b,b\n");
        string[] files = [.. new[] { ("ann", 2), ("ben", 3), ("cem", 4) }.Select(annotator => _folder.Write(annotator.Item1 + ".csv", "id,text,label\n" + string.Concat(
            File.ReadLines(table).Skip(1).Reverse().Select(line => line.Split(',')).Where(cells => cells[annotator.Item2].Length > 0).Select(cells => $"{cells[0]},{cells[1]},{cells[annotator.Item2]}\n"))))];
        AgreementResult columns = AnnotatorAgreement.Run(new AgreementOptions { DataFiles = [table], Annotators = ["ann", "ben", "cem"] }, CancellationToken.None);
        AgreementResult joined = AnnotatorAgreement.Run(new AgreementOptions { DataFiles = files, IdColumn = "id" }, CancellationToken.None);

        joined.Pairs.ShouldBe(columns.Pairs);
        joined.Fleiss.ShouldBe(columns.Fleiss, 1e-12);
        columns.Pairs.Select(pair => (pair.First, pair.Second, pair.Items)).ShouldBe([("ann", "ben", 5), ("ann", "cem", 4), ("ben", "cem", 4)]);
        columns.Pairs[0].Agreement.ShouldBe(0.8);
        columns.Disputed.Select(item => (item.Row, item.Text)).ShouldBe([(3L, "two"), (5L, "four")]);
        columns.Labels.Select(label => (label.Label, label.Ratings)).ShouldBe([("a", 5), ("b", 6), ("c", 3)]);
    }

    [Fact]
    public void What_cannot_be_compared_is_said()
    {
        string table = _folder.Write("table.csv", "text,ann,ben\none,low,high\n");
        AgreementResult Run(KappaWeights weights, params string[] annotators) =>
            AnnotatorAgreement.Run(new AgreementOptions { DataFiles = [table], Annotators = annotators, Weights = weights }, CancellationToken.None);

        Should.Throw<DatasetException>(() => Run(KappaWeights.None, "ann")).Message.ShouldContain("two annotators");
        Should.Throw<DatasetException>(() => Run(KappaWeights.Linear, "ann", "ben")).Message.ShouldContain("--order");
        Should.Throw<SlmEdge.Formats.JsonLines.DataFormatException>(() => Run(KappaWeights.None, "ann", "eve")).Message.ShouldContain("'eve'");
        string twice = _folder.Write("twice.csv", "text,label\none,a\nOne,b\n");
        Should.Throw<SlmEdge.Formats.JsonLines.DataFormatException>(() => AnnotatorAgreement.Run(new AgreementOptions { DataFiles = [twice, twice] }, CancellationToken.None)).Message.ShouldContain("row 3");
    }
}
