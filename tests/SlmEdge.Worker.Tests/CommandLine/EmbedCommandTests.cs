using System.Text;
using System.Text.Json;
using SlmEdge.Runtime.Tests;

namespace SlmEdge.Worker.Tests.CommandLine;

public sealed class EmbedCommandTests
{
    [SkippableFact]
    public async Task Embed_writes_a_vector_of_length_one_for_every_text_in_order()
    {
        var model = SharedData.Require("data/models/stories260K.gguf");
        var input = string.Join('\n', TinyBundle.Texts.Select(text => JsonSerializer.Serialize(new { text })));
        var (code, output, errors) = await EdgeProcess.RunAsync(Encoding.UTF8.GetBytes(input), "embed", "--model", model, "--threads", "1", "--input", "-");
        code.ShouldBe(0, errors);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        lines.Select(line => line.GetProperty("text").GetString()).ShouldBe(TinyBundle.Texts);
        foreach (var line in lines)
        {
            line.GetProperty("embedding").EnumerateArray().Sum(value => Math.Pow(value.GetDouble(), 2)).ShouldBe(1, 1e-5);
        }
    }

    [SkippableFact]
    public async Task A_bad_row_ends_it_with_the_row_and_what_was_kept()
    {
        var model = SharedData.Require("data/models/stories260K.gguf");
        var (code, output, errors) = await EdgeProcess.RunAsync("{\"text\":\"a\"}\n{\"text\":\" \"}\n"u8.ToArray(), "embed", "--model", model, "--threads", "1", "--pooling", "last", "--input", "-");
        code.ShouldBe(1);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);
        errors.ShouldContain("2");
        errors.ShouldContain("The vectors of the 1 texts before it were written");
    }

    [Fact]
    public async Task A_model_and_a_bundle_together_are_wrong_usage()
    {
        var (code, _, errors) = await EdgeProcess.RunAsync(null, "embed", "--model", "x.gguf", "--bundle", "x.slmb", "--text", "a");
        code.ShouldBe(2);
        errors.ShouldContain("--model or with --bundle");
    }
}
