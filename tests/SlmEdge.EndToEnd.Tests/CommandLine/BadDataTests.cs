using System.Text;
using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests.CommandLine;

/// <summary>Rows and tasks that cannot be trained on: a message that names file and row, exit code 1, and no run left behind.</summary>
[Collection(WholePathCollection.Name)]
public sealed class BadDataTests(WholePath path) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_missing_column_is_named_with_the_columns_there_are() =>
        Train(folder.Write("bad.csv", "message,label\nhyd leak,Hydraulic System\n")).ShouldFail(1, "bad.csv", "text", "message");

    [Fact]
    public void An_unknown_label_is_named_with_its_row() =>
        Train(Rows("""{"text":"hyd leak","label":"Hydraulic System"}""", """{"text":"odd one","label":"Flux Capacitor"}""")).ShouldFail(1, "bad.jsonl", "2", "Flux Capacitor");

    [Fact]
    public void An_empty_text_is_named_with_its_row() =>
        Train(Rows("""{"text":"hyd leak","label":"Hydraulic System"}""", """{"text":"  ","label":"Engine"}""")).ShouldFail(1, "bad.jsonl", "2", "empty");

    [Fact]
    public void A_line_of_ten_megabytes_is_refused_with_its_row()
    {
        var file = Rows("""{"text":"hyd leak","label":"Hydraulic System"}""", $$"""{"text":"{{new string('x', 10_000_000)}}","label":"Engine"}""");
        var result = Train(file).ShouldFail(1, "bad.jsonl", "2");
        result.Error.Length.ShouldBeLessThan(2000); // the message does not repeat the line
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused_with_their_row()
    {
        var file = folder.Combine("bad.jsonl");
        File.WriteAllBytes(file, [.. Encoding.UTF8.GetBytes("{\"text\":\"hyd leak\",\"label\":\"Hydraulic System\"}\n{\"text\":\"caf"), 0xE9, 0x20, .. Encoding.UTF8.GetBytes("\",\"label\":\"Engine\"}\n")]);
        Train(file).ShouldFail(1, "bad.jsonl", "2", "UTF-8");
    }

    [Fact]
    public void A_line_that_is_not_JSON_is_refused_with_its_row() =>
        Train(Rows("""{"text":"hyd leak","label":"Hydraulic System"}""", "{oops")).ShouldFail(1, "bad.jsonl", "2");

    [Fact]
    public void A_missing_file_is_named() => Train(folder.Combine("nowhere.jsonl")).ShouldFail(1, "nowhere.jsonl");

    [Fact]
    public void Two_labels_of_one_name_are_refused()
    {
        var task = folder.Write("task.json", """{"name":"t","kind":"classify","instruction":"i","labels":[{"name":"Engine"},{"name":"Engine"}]}""");
        Tool.Train.Run("sft", "--base", path.Base.Model, "--task", task, "--train", path.Base.Train, "--out", folder.Combine("run")).ShouldFail(1, "task.json", "Engine");
        Directory.Exists(folder.Combine("run")).ShouldBeFalse();
    }

    [Fact]
    public void Rows_of_the_training_file_in_the_test_file_are_counted_in_a_warning()
    {
        var test = folder.Combine("test.jsonl");
        File.WriteAllLines(test, File.ReadLines(path.Base.Test).Concat(File.ReadLines(path.Base.Train).Take(3)));
        var result = Tool.Export.Run("bundle", "--run", path.Run, "--gguf", "q8_0", "--data", test, "--out", folder.Combine("x.slmb"), "--max-loss", "100", "--threads", "1");
        (result.Output + result.Error).ShouldContain("3", Case.Sensitive, result.ToString());
        (result.Output + result.Error).ShouldContain("warning", Case.Insensitive, result.ToString());
    }

    [Fact]
    public void The_device_names_the_row_of_an_empty_text()
    {
        var input = folder.Write("texts.jsonl", "{\"text\":\"hyd leak\"}\n{\"text\":\"\"}\n");
        var result = Tool.Edge.Run("classify", "--bundle", path.Bundle, "--cache", path.Cache, "--input", input, "--output", "-");
        (result.Output + result.Error).ShouldContain("2", Case.Sensitive, result.ToString());
        (result.Output + result.Error).ShouldNotContain("   at ");
        result.ExitCode.ShouldBe(1, result.ToString());
    }

    private string Rows(params string[] lines) => folder.Write("bad.jsonl", string.Join('\n', lines) + "\n");

    private ProgramResult Train(string train)
    {
        var result = Tool.Train.Run("sft", "--base", path.Base.Model, "--task", path.Base.Task, "--train", train, "--valid", path.Base.Valid, "--threads", "1", "--out", folder.Combine("run"));
        Directory.Exists(Path.Combine(folder.Combine("run"), "adapter")).ShouldBeFalse();
        return result;
    }
}
