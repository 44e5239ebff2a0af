using System.Text.Json;
using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.Samples.WorkOrders;
using SlmEdge.Tasks;

namespace SlmEdge.EndToEnd.Tests.Samples;

public sealed class WorkOrderSampleTests
{
    private static readonly TaskDefinition Task = TaskDefinition.Load(TinyBase.Sample("task.json"));

    [Theory]
    [InlineData("train", 2400)]
    [InlineData("valid", 300)]
    [InlineData("test", 600)]
    public void Every_split_is_large_enough_and_has_every_label(string split, int atLeast)
    {
        var rows = Rows(split);
        rows.Count.ShouldBeGreaterThanOrEqualTo(atLeast);
        rows.Select(row => row.Label).Distinct().Order().ShouldBe(Task.Labels.Select(label => label.Name).Order());
        rows.GroupBy(row => row.Label).Min(group => group.Count()).ShouldBeGreaterThan(rows.Count / 30);
    }

    [Fact]
    public void No_text_stands_twice_whatever_its_case() =>
        new[] { "train", "valid", "test" }.SelectMany(Rows).GroupBy(row => row.Text.Trim(), StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();

    [Fact]
    public void At_least_a_third_of_the_rows_hold_no_word_of_any_label()
    {
        var words = Task.Labels.SelectMany(label => Words(label.Name)).Except(["system", "and"]).ToHashSet();
        foreach (var split in new[] { "train", "valid", "test" })
        {
            var rows = Rows(split);
            var without = rows.Count(row => !Words(row.Text).Any(words.Contains));
            without.ShouldBeGreaterThan(rows.Count / 3);
            without.ShouldBeLessThan(rows.Count); // and some do: real technicians name the system now and then
        }
    }

    [Fact]
    public void The_files_are_what_the_generator_writes()
    {
        var data = DataSet.Generate(Vocabulary.Load(), DataSet.DefaultSeed);
        JsonLinesFile.Format(data.Train).ShouldBe(File.ReadAllText(TinyBase.Sample("train.jsonl")));
        JsonLinesFile.Format(data.Valid).ShouldBe(File.ReadAllText(TinyBase.Sample("valid.jsonl")));
        JsonLinesFile.Format(data.Test).ShouldBe(File.ReadAllText(TinyBase.Sample("test.jsonl")));
    }

    [Fact]
    public void Another_seed_gives_other_rows() =>
        DataSet.Generate(Vocabulary.Load(), 42).Train[0].ShouldNotBe(DataSet.Generate(Vocabulary.Load(), DataSet.DefaultSeed).Train[0]);

    [Fact]
    public void The_five_texts_of_the_Quickstart_are_new()
    {
        var known = new[] { "train", "valid", "test" }.SelectMany(Rows).Select(row => row.Text).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var texts = File.ReadLines(TinyBase.Sample("five-texts.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).ToArray();
        texts.Length.ShouldBe(5);
        texts.ShouldNotContain(text => known.Contains(text));
    }

    // Plural and singular count as the same word.
    private static IEnumerable<string> Words(string text) =>
        text.ToLowerInvariant().Split([.. text.ToLowerInvariant().Where(c => !char.IsAsciiLetter(c)).Distinct()], StringSplitOptions.RemoveEmptyEntries).Select(word => word.TrimEnd('s'));

    private static List<WorkOrder> Rows(string split) =>
        [.. File.ReadLines(TinyBase.Sample(split + ".jsonl")).Select(line => JsonSerializer.Deserialize<WorkOrder>(line, JsonSerializerOptions.Web)!)];
}
