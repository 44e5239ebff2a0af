using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Tasks.Tests;

public sealed class PreferenceReaderTests
{
    [Theory]
    [InlineData("""{"prompt": "Hi", "chosen": "Hello", "rejected": "Go"}""", 1)]
    [InlineData("""{"prompt": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}], "chosen": [{"role": "assistant", "content": "Hello"}], "rejected": "Go"}""", 2)]
    [InlineData("""{"chosen": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "rejected": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Go"}]}""", 1)]
    [InlineData("""{"chosen": "\n\nHuman: A\n\nAssistant: B\n\nHuman: Hi\n\nAssistant: Hello ", "rejected": "\n\nHuman: A\n\nAssistant: B\n\nHuman: Hi\n\nAssistant: Go"}""", 3)]
    public void Every_form_gives_the_same_pair(string line, int promptTurns)
    {
        PreferenceRow row = Read(line).Single();
        row.Prompt.Count.ShouldBe(promptTurns);
        row.Prompt[^1].ShouldBe(new ChatMessage("user", "Hi"));
        row.Chosen.ShouldBe(new ChatMessage("assistant", "Hello"));
        row.Rejected.ShouldBe(new ChatMessage("assistant", "Go"));
    }

    [Theory]
    [InlineData("""{"prompt": "Hi", "chosen": "Hello", "rejected": "Hello"}""", "are the same")]
    [InlineData("""{"prompt": " ", "chosen": "Hello", "rejected": "Go"}""", "empty")]
    [InlineData("""{"chosen": "\n\nHuman: A\n\nAssistant: B\n\nHuman: X\n\nAssistant: C", "rejected": "\n\nHuman: A\n\nAssistant: B\n\nHuman: Y\n\nAssistant: D"}""", "already differ at turn 3")]
    public void A_row_that_prefers_nothing_is_an_error_or_is_told(string line, string reason)
    {
        DataFormatException error = Should.Throw<DataFormatException>(() => Read(line));
        error.Row.ShouldBe(1);
        error.Message.ShouldContain(reason);
        var told = new List<DataFormatException>();
        Read(line + "\n" + """{"prompt": "Hi", "chosen": "Hello", "rejected": "Go"}""", told.Add).Single().Row.ShouldBe(2);
        told.Single().Message.ShouldContain(reason);
    }

    [Theory]
    [InlineData("""{"prompt": "Hi", "chosen": "Hello"}""", "rejected")]
    [InlineData("""{"chosen": "Hello", "rejected": "Go"}""", "there is no 'prompt'")]
    [InlineData("""{"prompt": "Hi", "chosen": 3, "rejected": "Go"}""", "chosen")]
    [InlineData("""{"prompt": [{"role": "user"}], "chosen": "Hello", "rejected": "Go"}""", "prompt[0] needs a string 'content'")]
    [InlineData("""{"prompt": "Hi", "chosen": [{"role": "user", "content": "Hello"}], "rejected": "Go"}""", "the assistant's")]
    [InlineData("[1]", "JSON object")]
    public void A_malformed_row_is_an_error_even_where_unusable_ones_are_left_out(string line, string reason) =>
        Should.Throw<DataFormatException>(() => Read(line, _ => { })).Message.ShouldContain(reason);

    [SkippableFact]
    public void The_shared_dialogues_are_read_and_their_few_unusable_rows_told()
    {
        string path = SharedData.Locate("data/preferences/hh-harmless.jsonl.gz");
        var told = new List<DataFormatException>();
        IReadOnlyList<PreferenceRow> rows = PreferenceReader.Read(path, told.Add);
        (rows.Count + told.Count).ShouldBe(2312);
        told.Count.ShouldBeInRange(1, 12);
        rows.All(r => r.Prompt[^1].Role == "user" && r.Chosen.Content != r.Rejected.Content).ShouldBeTrue();
    }

    private static IReadOnlyList<PreferenceRow> Read(string lines, Action<DataFormatException>? unusable = null)
    {
        using var folder = new TemporaryFolder();
        return PreferenceReader.Read(folder.Write("rows.jsonl", lines), unusable);
    }
}
