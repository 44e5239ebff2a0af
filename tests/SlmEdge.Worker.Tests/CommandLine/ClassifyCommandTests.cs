using System.Text;
using System.Text.Json;

namespace SlmEdge.Worker.Tests.CommandLine;

public sealed class ClassifyCommandTests
{
    [SkippableFact]
    public async Task Objects_and_strings_are_classified_one_line_each()
    {
        using var bundle = TinyBundle.Create();
        var input = "{\"text\":\"A dog ran.\",\"label\":\"ignored\"}\n\"The sun é 😀.\"\r\n\n{\"text\":\"Mom made soup.\"}";
        var (code, output, errors) = await Classify(bundle, input, "--input", "-", "--output", "-");
        errors.ShouldBe("");
        code.ShouldBe(0);
        var lines = Lines(output);
        lines.Select(line => line.GetProperty("text").GetString()).ShouldBe(["A dog ran.", "The sun é 😀.", "Mom made soup."]);
        output.ShouldContain("é"); // readable, not escaped
        using var runtime = bundle.Open();
        foreach (var line in lines)
        {
            var expected = await runtime.Classifier.ClassifyAsync(line.GetProperty("text").GetString()!);
            line.GetProperty("label").GetString().ShouldBe(expected.Label);
            line.GetProperty("confidence").GetDouble().ShouldBe(expected.Confidence, 1e-3);
            line.GetProperty("scores").EnumerateObject().Count().ShouldBe(TinyBundle.Labels.Length);
        }
    }

    [SkippableFact]
    public async Task Files_texts_on_the_command_line_and_plain_text_give_the_same_decisions()
    {
        using var bundle = TinyBundle.Create();
        var jsonl = Path.Combine(bundle.Folder, "texts.jsonl");
        var text = Path.Combine(bundle.Folder, "texts.txt");
        var output = Path.Combine(bundle.Folder, "decisions.jsonl");
        await File.WriteAllTextAsync(jsonl, "\"A dog ran.\"\n\"It rained.\"\n");
        await File.WriteAllTextAsync(text, "\uFEFFA dog ran.\r\nIt rained.");
        (await Classify(bundle, null, "--input", jsonl, "--output", output)).Code.ShouldBe(0);
        var expected = Lines(await File.ReadAllTextAsync(output));
        expected.Count.ShouldBe(2);
        foreach (var result in new[]
        {
            await Classify(bundle, null, "--input", text),
            await Classify(bundle, null, "--text", "A dog ran.", "--text", "It rained."),
            await Classify(bundle, "A dog ran.\nIt rained.\n", "--input", "-", "--format", "text"),
        })
        {
            var lines = Lines(result.Output);
            lines.Select(line => line.GetProperty("text").GetString()).ShouldBe(expected.Select(line => line.GetProperty("text").GetString()));
            lines.Select(line => line.GetProperty("label").GetString()).ShouldBe(expected.Select(line => line.GetProperty("label").GetString()));
            // Which texts share a batch may change the last digits.
            lines[0].GetProperty("confidence").GetDouble().ShouldBe(expected[0].GetProperty("confidence").GetDouble(), 1e-3);
        }
    }

    [SkippableFact]
    public async Task Options_of_the_runtime_have_effect()
    {
        using var bundle = TinyBundle.Create();
        var (code, output, _) = await Classify(bundle, null, "--text", "A dog ran.", "--top", "2", "--abstain-below", "1", "--threads", "1", "--engine", "llama", "--file", "gguf/model.gguf");
        code.ShouldBe(0);
        var line = Lines(output).Single();
        line.GetProperty("label").ValueKind.ShouldBe(JsonValueKind.Null);
        line.GetProperty("scores").EnumerateObject().Count().ShouldBe(2);
        line.GetProperty("abstention").GetString().ShouldNotBeNullOrEmpty();
    }

    [SkippableTheory]
    [InlineData("", "empty")]
    [InlineData("{\"body\":\"x\"}", "no 'text'; it has body")]
    [InlineData("A dog ran.", "--format text")]
    [InlineData("{\"text\":\"half \\ud83d of a pair\"}", "surrogate")]
    public async Task A_bad_row_is_named_and_what_was_written_before_it_are_whole_lines(string row, string reason)
    {
        using var bundle = TinyBundle.Create();
        var bad = row.Length == 0 ? "{\"text\":\" \"}" : row;
        var (code, output, errors) = await Classify(bundle, $"\"A dog ran.\"\n\"It rained.\"\n{bad}\n\"never read\"\n", "--input", "-");
        code.ShouldBe(1);
        Lines(output).Select(line => line.GetProperty("text").GetString()).ShouldBe(["A dog ran.", "It rained."]);
        errors.ShouldContain("standard input");
        errors.ShouldContain("3");
        if (row != "A dog ran.")
        {
            errors.ShouldContain(reason);
        }

        errors.ShouldContain("2 texts");
        errors.Trim().ShouldNotContain("\n");
    }

    [SkippableFact]
    public async Task A_row_of_ten_megabytes_and_bytes_that_are_not_utf8_are_refused_by_row()
    {
        using var bundle = TinyBundle.Create();
        var (code, output, errors) = await Classify(bundle, "\"A dog ran.\"\n\"" + new string('x', 10_000_000) + "\"\n", "--input", "-");
        code.ShouldBe(1);
        Lines(output).Count.ShouldBe(1);
        errors.ShouldContain("longer than 1048576 bytes");
        foreach (var format in new[] { "jsonl", "text" })
        {
            var result = await EdgeProcess.RunAsync(
                [.. "\"A dog ran.\"\n\""u8, 0xC3, 0x28, .. "\"\n"u8],
                ["classify", "--bundle", bundle.Path, "--cache", bundle.Cache, "--input", "-", "--format", format]);
            result.Code.ShouldBe(1);
            Lines(result.Output).Count.ShouldBe(1);
            result.Errors.ShouldContain("UTF-8");
            result.Errors.ShouldContain("2");
        }
    }

    [SkippableFact]
    public async Task A_text_longer_than_the_context_is_refused_by_row_or_cut_as_asked()
    {
        using var bundle = TinyBundle.Create();
        var input = "\"A dog ran.\"\n\n\"" + string.Concat(Enumerable.Repeat("dog ", 5000)) + "\"\n";
        var refused = await Classify(bundle, input, "--input", "-");
        refused.Code.ShouldBe(1);
        refused.Errors.ShouldContain("too long");
        refused.Errors.ShouldContain("3"); // the blank second row counts
        var cut = await Classify(bundle, input, "--input", "-", "--truncate", "--context", "256");
        cut.Code.ShouldBe(0, cut.Errors);
        Lines(cut.Output)[1].GetProperty("truncated").GetBoolean().ShouldBeTrue();
    }

    [SkippableFact]
    public async Task A_decision_is_written_before_the_next_text_comes_and_ctrl_c_keeps_it()
    {
        using var bundle = TinyBundle.Create();
        using var edge = EdgeProcess.Start("classify", "--bundle", bundle.Path, "--cache", bundle.Cache, "--input", "-");
        await edge.Process.StandardInput.WriteLineAsync("\"A dog ran.\"");
        await edge.Process.StandardInput.FlushAsync();
        var line = await edge.Process.StandardOutput.ReadLineAsync();
        Lines(line!).Single().GetProperty("text").GetString().ShouldBe("A dog ran.");
        var (code, errors) = await edge.InterruptAsync();
        code.ShouldBe(1);
        errors.ShouldContain("stopped");
        errors.ShouldContain("1 texts");
        (await edge.Process.StandardOutput.ReadToEndAsync()).ShouldBe("");
    }

    [SkippableTheory]
    [InlineData("classify")]
    [InlineData("classify --bundle x.slmb")]
    [InlineData("classify --bundle x.slmb --text a --input -")]
    [InlineData("classify --bundle x.slmb --text a --engine cuda")]
    [InlineData("classify --bundle x.slmb --text a --threads -1")]
    [InlineData("classify --bundle x.slmb --text a --abstain-below 1.5")]
    [InlineData("classify --bundle x.slmb --text a --format csv")]
    [InlineData("classify --bundle x.slmb --text a --no-such-option")]
    [InlineData("serve --bundle x.slmb --urls nonsense")]
    [InlineData("no-such-command")]
    public async Task Wrong_usage_is_exit_code_2_with_a_message_and_nothing_on_the_output(string arguments)
    {
        var (code, output, errors) = await EdgeProcess.RunAsync(null, arguments.Split(' '));
        code.ShouldBe(2, errors);
        output.ShouldBe("");
        errors.ShouldStartWith("error: ");
    }

    [SkippableFact]
    public async Task A_missing_or_damaged_bundle_and_a_missing_input_are_exit_code_1_without_a_stack_trace()
    {
        using var bundle = TinyBundle.Create();
        var bytes = await File.ReadAllBytesAsync(bundle.Path);
        var cut = Path.Combine(bundle.Folder, "cut.slmb");
        await File.WriteAllBytesAsync(cut, bytes[..(bytes.Length / 2)]);
        foreach (var arguments in new[]
        {
            new[] { "classify", "--bundle", Path.Combine(bundle.Folder, "nowhere.slmb"), "--text", "a" },
            ["classify", "--bundle", cut, "--text", "a"],
            ["classify", "--bundle", bundle.Path, "--cache", bundle.Cache, "--input", Path.Combine(bundle.Folder, "nowhere.jsonl")],
            ["classify", "--bundle", bundle.Path, "--cache", bundle.Cache, "--text", "a", "--engine", "onnx"],
            ["bundle", "verify", cut],
        })
        {
            var (code, output, errors) = await EdgeProcess.RunAsync(null, arguments);
            code.ShouldBe(1, string.Join(' ', arguments));
            output.ShouldBe("");
            errors.ShouldStartWith("error: ");
            errors.ShouldNotContain("internal error");
            errors.Trim().ShouldNotContain("\n");
        }
    }

    private static Task<(int Code, string Output, string Errors)> Classify(TinyBundle bundle, string? input, params string[] arguments) =>
        EdgeProcess.RunAsync(
            input is null ? null : Encoding.UTF8.GetBytes(input), ["classify", "--bundle", bundle.Path, "--cache", bundle.Cache, .. arguments]);

    private static List<JsonElement> Lines(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }),
    ];
}
