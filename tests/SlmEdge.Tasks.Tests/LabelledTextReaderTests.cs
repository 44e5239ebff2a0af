using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Tasks.Tests;

public sealed class LabelledTextReaderTests : IDisposable
{
    private static readonly TaskDefinition Task = TaskDefinition.FromLabels("systems", "i", ["Hydraulic System", "Engine", "Bucket"]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void JSON_Lines_are_read_with_their_rows()
    {
        string path = _folder.Write("d.jsonl", "\uFEFF{\"text\":\"a\",\"label\":\"Engine\",\"id\":7}\r\n\n{\"label\":\"Bucket\",\"text\":\"b\\nc\"}");
        LabelledTextReader.Read(path, Task).ShouldBe([new("a", "Engine", path, 1), new("b\nc", "Bucket", path, 3)]);
    }

    [Theory]
    [InlineData(',', "\n")]
    [InlineData(';', "\r\n")]
    [InlineData('\t', "\n")]
    [InlineData('|', "\r\n")]
    public void CSV_is_read_with_quotes_line_breaks_and_rows_as_a_spreadsheet_counts(char separator, string newline)
    {
        string csv = string.Join(newline, "\uFEFFid" + separator + "text" + separator + "label",
            $"1{separator}plain 5\" pipe{separator}Engine",
            $"2{separator}\"a \"\"q\"\", b; c | d\te\nsecond line\"{separator}Bucket",
            "",
            $"3{separator}ü€😀{separator} Engine ");
        string path = _folder.Write("d.csv", csv);
        LabelledTextReader.Read(path, Task).ShouldBe(
            [new("plain 5\" pipe", "Engine", path, 2), new("a \"q\", b; c | d\te\nsecond line", "Bucket", path, 3), new("ü€😀", "Engine", path, 5)]);
    }

    [Fact]
    public void Several_labels_are_read_from_lists_and_from_cells()
    {
        TaskDefinition several = Task with { Decision = new DecisionOptions { MultiLabel = true } };
        string lines = _folder.Write("d.jsonl", "{\"text\":\"a\",\"label\":[\"Engine\",\"Bucket\"]}\n{\"text\":\"b\",\"label\":\"Bucket\"}");
        string cells = _folder.Write("d.csv", "text,label\na,Engine | Bucket\nb,Bucket\n");
        foreach (string path in new[] { lines, cells })
        {
            IReadOnlyList<LabelledText> rows = LabelledTextReader.Read(path, several);
            rows.Select(row => row.Labels).ShouldBe([["Engine", "Bucket"], ["Bucket"]]);
            rows.Select(row => row.Label).ShouldBe(["Engine", "Bucket"]);
        }
    }

    [Fact]
    public void A_label_with_the_separator_in_its_name_is_one_label()
    {
        TaskDefinition several = TaskDefinition.FromLabels("x", "i", ["a|b", "a", "c"]) with { Decision = new DecisionOptions { MultiLabel = true } };
        LabelledTextReader.Read(_folder.Write("d.csv", "text,label\nt,a|b\nt,a|c\n"), several).Select(row => row.Labels).ShouldBe([["a|b"], ["a", "c"]]);
    }

    [Theory]
    [InlineData("[]", "names no label")]
    [InlineData("[\"Engine\",\" \"]", "empty")]
    [InlineData("[\"Engine\",\"Engine\"]", "twice")]
    [InlineData("[\"Engine\",7]", "list of strings")]
    [InlineData("[\"Engine\",\"Bukket\"]", "did you mean 'Bucket'")]
    [InlineData("\"Engine||Bucket\"", "empty")]
    public void Several_labels_that_are_not_some_of_the_tasks_are_refused_by_row(string label, string message)
    {
        TaskDefinition several = Task with { Decision = new DecisionOptions { MultiLabel = true } };
        string path = _folder.Write("d.jsonl", $"{{\"text\":\"a\",\"label\":[\"Bucket\"]}}\n{{\"text\":\"b\",\"label\":{label}}}");
        DataFormatException error = Should.Throw<DataFormatException>(() => LabelledTextReader.Read(path, several));
        error.Message.ShouldContain(message);
        error.Row.ShouldBe(2);
    }

    [Fact]
    public void A_list_of_labels_in_a_task_of_one_label_says_what_to_set() =>
        Should.Throw<DataFormatException>(() => LabelledTextReader.Read(_folder.Write("d.jsonl", "{\"text\":\"a\",\"label\":[\"Engine\"]}"), Task)).Message.ShouldContain("multiLabel");

    [Fact]
    public void A_file_without_a_telling_name_is_recognised_by_its_content()
    {
        LabelledTextReader.Read(_folder.Write("a.txt", " {\"text\":\"a\",\"label\":\"Engine\"}"), Task).Count.ShouldBe(1);
        LabelledTextReader.Read(_folder.Write("b.txt", "text,label\na,Engine\n"), Task).Count.ShouldBe(1);
    }

    [Fact]
    public void A_missing_column_is_an_error_that_lists_the_columns_and_the_option()
    {
        Refused("d.csv", "text,category\na,Engine\n", 2, "no column 'label'", "text, category", "--label-column");
        Refused("e.csv", "message;category\na;Engine\n", 2, "no column 'text'", "message, category", "--text-column");
        Refused("d.jsonl", "{\"text\":\"a\",\"label\":\"Engine\"}\n{\"text\":\"a\",\"class\":\"Engine\"}\n", 2, "no column 'label'", "text, class");
        string path = _folder.Write("f.csv", "text,category\na,Engine\n");
        LabelledTextReader.Read(path, Task, new ReaderOptions { LabelColumn = "category" }).Count.ShouldBe(1);
    }

    [Fact]
    public void An_unknown_label_is_an_error_that_lists_what_was_meant()
    {
        Refused("d.jsonl", "{\"text\":\"a\",\"label\":\"hydraulic-systm\"}", 1, "'hydraulic-systm' is not one of the 3 labels", "did you mean 'Hydraulic System'?");
        Refused("d.jsonl", "{\"text\":\"a\",\"label\":\"zzz\"}", 1, "its labels are 'Hydraulic System', 'Engine', 'Bucket'");
    }

    [Fact]
    public void An_empty_text_or_label_is_an_error_with_its_row()
    {
        Refused("d.csv", "text,label\na,Engine\n  ,Engine\n", 3, "'text' is empty");
        Refused("d.jsonl", "{\"text\":\"\",\"label\":\"Engine\"}", 1, "'text' is empty");
        Refused("d.jsonl", "{\"text\":null,\"label\":\"Engine\"}", 1, "'text' is empty");
        Refused("d.csv", "text,label\na,\n", 2, "'label' is empty");
        Refused("d.jsonl", "{\"text\":\"a\",\"label\":3}", 1, "'label' has to be a string, not number");
    }

    [Fact]
    public void Invalid_UTF8_is_an_error_with_its_row()
    {
        Refused("d.csv", [.. "text,label\na,Engine\n"u8, 0xC3, 0x28, .. ",Engine\n"u8], 3, "not valid UTF-8");
        Refused("d.jsonl", [.. "{\"text\":\"a\",\"label\":\"Engine\"}\n{\"text\":\""u8, 0xFF, .. "\"}"u8], 2, "not valid UTF-8");
    }

    [Fact]
    public void A_line_of_10_MB_is_refused_with_the_limit_named()
    {
        string huge = new('x', 10_000_000);
        Refused("d.csv", $"text,label\na,Engine\n{huge},Engine\n", 3, "1048576 bytes");
        Refused("e.csv", $"text,label\na,Engine\n\"{huge}", 3, "1048576 bytes");
        Refused("d.jsonl", $"{{\"text\":\"a\",\"label\":\"Engine\"}}\n{{\"text\":\"{huge}\",\"label\":\"Engine\"}}\n", 2, "1048576 bytes");
    }

    [Fact]
    public void Malformed_rows_are_errors_with_their_row()
    {
        Refused("d.csv", "text,label\na,b,Engine\n", 2, "has 3 columns where the header has 2");
        Refused("d.csv", "text,label\na,Engine\n\"b,Engine\n", 3, "never closed");
        Refused("d.csv", "text,label\n\"a\"b,Engine\n", 2, "after a closing double quote");
        Refused("d.csv", "text,text,label\na,b,Engine\n", 1, "two columns are named 'text'");
        Refused("d.jsonl", "{\"text\":\"a\",\"label\":\"Engine\"}\n{\"text\":", 2, "not a JSON value");
        Refused("d.jsonl", "[{\"text\":\"a\",\"label\":\"Engine\"}]", 1, "one object on each line");
        Refused("d.csv", "", 1, "no header");
        Refused("d.csv", "text,label\n", null, "no rows");
        Refused("d.jsonl", "\n\n", null, "no rows");
        Refused("d.xlsx", [.. "PK\x03\x04"u8, 1, 2, 3], null, "save the sheet as 'CSV UTF-8'");
        Should.Throw<DataFormatException>(() => LabelledTextReader.Read("nowhere.csv", Task)).Message.ShouldContain("nowhere.csv: cannot be read");
    }

    [Property(MaxTest = 200)]
    public bool Any_texts_survive_CSV_and_JSON_Lines(List<string?> raw)
    {
        string[] texts = [.. raw.Select(text => Clean(text ?? "")).Where(text => !string.IsNullOrWhiteSpace(text))];
        if (texts.Length == 0)
        {
            return true;
        }

        string csv = "label,text\n" + string.Concat(texts.Select(text => $"Engine,\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\r\n"));
        string json = string.Concat(texts.Select(text => JsonSerializer.Serialize(new { text, label = "Engine" }) + "\n"));
        return LabelledTextReader.Read(_folder.Write("p.csv", csv), Task).Select(row => row.Text).SequenceEqual(texts)
            && LabelledTextReader.Read(_folder.Write("p.jsonl", json), Task).Select(row => row.Text).SequenceEqual(texts);

        // Lone surrogates have no UTF-8 form.
        static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }

    [Property(MaxTest = 300)]
    public bool Arbitrary_bytes_are_read_or_refused_with_a_data_error(byte[] bytes, bool csv)
    {
        string path = _folder.Write(csv ? "x.csv" : "x.jsonl", [.. csv ? "text,label\n"u8 : "{\"text\":\"a\",\"label\":\"b\"}\n"u8, .. bytes]);
        try
        {
            return LabelledTextReader.Read(path).All(row => row.Text.Length > 0);
        }
        catch (DataFormatException e)
        {
            return e.Message.Length > 0;
        }
    }

    [Fact]
    public void Instructions_and_dialogues_are_read()
    {
        string path = _folder.Write("i.jsonl", "{\"instruction\":\"Shorten.\",\"input\":\"a b\",\"output\":\"a\"}\n{\"input\":\"c\",\"output\":\"d\"}\n");
        InstructionReader.Read(path, "Default.").ShouldBe([new("Shorten.", "a b", "a", path, 1), new("Default.", "c", "d", path, 2)]);
        Should.Throw<DataFormatException>(() => InstructionReader.Read(path)).Row.ShouldBe(2);

        string chat = _folder.Write("m.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"yes\"}]}");
        MessagesReader.Read(chat)[0].Messages.ShouldBe([new("user", "hi"), new("assistant", "yes")]);
    }

    [Theory]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", "the assistant's")]
    [InlineData("{\"messages\":[]}", "the assistant's")]
    [InlineData("{\"messages\":[{\"role\":\"robot\",\"content\":\"hi\"}]}", "messages[0].role is 'robot'")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{}]}]}", "messages[1], of role 'assistant', calls tools")]
    [InlineData("{\"messages\":[{\"role\":\"assistant\",\"content\":\" \"}]}", "messages[0].content is empty")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"system\",\"content\":\"b\"}]}", "messages[1] is of the system")]
    [InlineData("{\"messages\":[3]}", "messages[0] needs a string 'role'")]
    [InlineData("{\"messages\":{}}", "has to be an array")]
    [InlineData("{\"text\":\"x\"}", "no column 'messages'; the columns are: text")]
    public void A_malformed_dialogue_is_refused(string row, string message)
    {
        DataFormatException error = Should.Throw<DataFormatException>(() => MessagesReader.Read(_folder.Write("m.jsonl", row)));
        error.Row.ShouldBe(1);
        error.Message.ShouldContain(message);
    }

    private void Refused(string name, string content, long? row, params string[] parts) => Refused(name, Encoding.UTF8.GetBytes(content), row, parts);

    private void Refused(string name, byte[] content, long? row, params string[] parts)
    {
        string path = _folder.Write(name, content);
        DataFormatException error = Should.Throw<DataFormatException>(() => LabelledTextReader.Read(path, Task));
        error.Row.ShouldBe(row, error.Message);
        error.Message.ShouldContain(path);
        foreach (string part in parts)
        {
            error.Message.ShouldContain(part);
        }
    }
}
