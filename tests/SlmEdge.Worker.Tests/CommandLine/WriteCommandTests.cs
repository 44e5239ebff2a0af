using System.Text;
using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Worker.Tests.CommandLine;

public sealed class WriteCommandTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("onnx")]
    public async Task Extract_writes_a_valid_document_with_the_places_of_its_strings_for_every_row(string engine)
    {
        using var bundle = new WritingBundle(TaskKind.Extract);
        var schema = JsonSchema.Parse(JsonElement.Parse(WritingBundle.Schema));
        var (code, output, errors) = await Run("{\"text\":\"pump leaks\"}\n\"brake worn\"\n", "extract", "--bundle", bundle.FilePath, "--engine", engine, "--threads", "1", "--input", "-", "--details");
        errors.ShouldBe("");
        code.ShouldBe(0);
        var lines = Lines(output);
        lines.Select(line => line.GetProperty("text").GetString()).ShouldBe(["pump leaks", "brake worn"]);
        foreach (var line in lines)
        {
            schema.FindViolation(line.GetProperty("document")).ShouldBeNull();
            line.GetProperty("fields")[0].GetProperty("path").GetString().ShouldBe("/part");
            line.GetProperty("engine").GetString().ShouldBe(engine);
            line.GetProperty("answerTokens").GetInt32().ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task A_row_that_cannot_be_used_ends_extract_with_its_number_and_keeps_what_was_written()
    {
        using var bundle = new WritingBundle(TaskKind.Extract);
        var (code, output, errors) = await Run("\"pump leaks\"\n\" \"\n", "extract", "--bundle", bundle.FilePath, "--input", "-");
        code.ShouldBe(1);
        Lines(output).Count.ShouldBe(1);
        errors.ShouldContain("row 2");
        (await Run(null, "extract", "--bundle", bundle.FilePath, "--text", "pump", "--max-tokens", "3")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Generate_writes_the_output_and_why_it_ended()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        var (code, output, errors) = await Run(null, "generate", "--bundle", bundle.FilePath, "--text", "brake worn", "--max-tokens", "5", "--temperature", "0.8", "--seed", "3");
        errors.ShouldBe("");
        code.ShouldBe(0);
        var line = Lines(output).ShouldHaveSingleItem();
        line.GetProperty("output").GetString().ShouldNotBeNull();
        line.GetProperty("finishReason").GetString().ShouldBeOneOf("length", "stop");
        (await Run(null, "generate", "--bundle", bundle.FilePath, "--text", "brake worn", "--top-p", "2")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Chat_answers_every_line()
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        using var runtime = bundle.Open();
        var session = runtime.Chat.StartSession();
        var expected = new StringBuilder();
        var options = new Runtime.Generation.GenerationOptions { MaxTokens = 6 };
        foreach (var turn in new[] { "pump leaks", "and the hose?" })
        {
            expected.Append((await session.SendAsync(turn, options)).Text).Append('\n');
        }

        var (code, output, errors) = await Run("pump leaks\n\nand the hose?\n", "chat", "--bundle", bundle.FilePath, "--max-tokens", "6", "--threads", "1");
        errors.ShouldBe("");
        code.ShouldBe(0);
        output.ShouldBe(expected.ToString());
    }

    [Fact]
    public async Task A_command_for_another_kind_says_which_one_fits()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        foreach (var command in new[] { "classify", "extract" })
        {
            var (code, _, errors) = await Run(null, command, "--bundle", bundle.FilePath, "--text", "x");
            code.ShouldBe(1);
            errors.ShouldContain("slm-edge generate");
        }
    }

    private static Task<(int Code, string Output, string Errors)> Run(string? input, params string[] arguments) =>
        EdgeProcess.RunAsync(input is null ? null : Encoding.UTF8.GetBytes(input), arguments);

    private static List<JsonElement> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
}
