using System.Globalization;
using System.Text.Json;
using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests;

[Collection(WholePathCollection.Name)]
public sealed class QuickstartTests(WholePath path)
{
    [Fact]
    public void The_bundle_carries_a_score_for_every_stage()
    {
        using var proof = path.ProofJson;
        var scores = proof.RootElement.GetProperty("scores").EnumerateArray().ToArray();
        var stages = scores.Select(score => score.GetProperty("stage").GetString()!).ToArray();
        foreach (var stage in new[] { "base", "adapter", "merged", "f32", "q8_0", "q4_k_m", "fp32", "int4" })
        {
            stages.ShouldContain(name => name.Contains(stage, StringComparison.Ordinal), stage);
        }

        scores.ShouldAllBe(score => score.GetProperty("examples").GetInt32() == 60);
        var merged = scores.First(score => score.GetProperty("stage").GetString() == "merged");
        merged.GetProperty("changedDecisions").GetInt32().ShouldBe(0);

        var shown = Tool.Edge.Run("bundle", "show", path.Bundle).ShouldSucceed().Output;
        foreach (var stage in new[] { "adapter", "merged", "q8_0", "int4" })
        {
            shown.ShouldContain(stage);
        }
    }

    [Fact]
    public void The_report_stands_alone()
    {
        var report = File.ReadAllText(Path.ChangeExtension(path.Bundle, ".report.html"));
        report.ShouldContain("<svg");
        report.ShouldNotContain("src=\"http");
        report.ShouldNotContain("href=\"http");
    }

    [Fact]
    public void The_device_checks_the_bundle_and_its_golden_examples() => Tool.Edge.Run("bundle", "verify", path.Bundle).ShouldSucceed();

    [Fact]
    public void Verification_gives_the_scores_of_the_bundle_again() =>
        Tool.Export.Run("verify", "--bundle", path.Bundle, "--data", path.Base.Test, "--run", path.Run, "--threads", "1").ShouldSucceed();

    [Fact]
    public void Both_engines_decide_alike_on_the_test_rows()
    {
        var llama = path.Classify("llama", "gguf/model-f32.gguf", path.Base.Test);
        var onnx = path.Classify("onnx", "onnx/model.onnx", path.Base.Test);
        llama.Count.ShouldBe(60);
        onnx.Select(Label).ShouldBe(llama.Select(Label));
        for (var i = 0; i < llama.Count; i++)
        {
            foreach (var score in llama[i].GetProperty("scores").EnumerateObject())
            {
                onnx[i].GetProperty("scores").GetProperty(score.Name).GetDouble().ShouldBe(score.Value.GetDouble(), 2e-3, $"row {i}, {score.Name}");
            }
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("onnx")]
    public void Five_texts_get_a_label_a_confidence_and_a_score_for_every_label(string engine)
    {
        var input = File.ReadAllText(TinyBase.Sample("five-texts.jsonl"));
        var lines = WholePath.Lines(Tool.Edge.RunWithInput(input, "classify", "--bundle", path.Bundle, "--engine", engine, "--cache", path.Cache, "--input", "-", "--output", "-"));
        lines.Count.ShouldBe(5);
        var texts = input.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString());
        lines.Select(line => line.GetProperty("text").GetString()).ShouldBe(texts);
        foreach (var line in lines)
        {
            var scores = line.GetProperty("scores").EnumerateObject().ToDictionary(score => score.Name, score => score.Value.GetDouble());
            scores.Count.ShouldBe(12);
            scores.Values.Sum().ShouldBe(1, 0.01);
            scores.MaxBy(score => score.Value).Key.ShouldBe(Label(line));
            line.GetProperty("confidence").GetDouble().ShouldBe(scores.Values.Max(), 1e-3);
        }
    }

    [Fact]
    public async Task The_service_answers_as_the_command_line_does_and_stops_on_Ctrl_C()
    {
        using var service = Tool.Edge.Start(null, "serve", "--bundle", path.Bundle, "--engine", "llama", "--cache", path.Cache, "--urls", "http://127.0.0.1:0");
        var line = service.WaitForFirstLine();
        using var client = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Trim()) };
        (await client.GetAsync(new Uri("/healthz", UriKind.Relative))).IsSuccessStatusCode.ShouldBeTrue();

        using var body = new StringContent("""{"text":"hyd hose burst lh side"}""", System.Text.Encoding.UTF8, "application/json");
        var answer = await client.PostAsync(new Uri("/v1/classify", UriKind.Relative), body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        var single = WholePath.Lines(Tool.Edge.Run("classify", "--bundle", path.Bundle, "--engine", "llama", "--cache", path.Cache, "--text", "hyd hose burst lh side"))[0];
        text.ShouldContain($"\"{Label(single)}\"");

        service.Interrupt();
        service.Wait().ExitCode.ShouldBe(0);
    }

    [Fact]
    public void The_adapter_scores_in_the_trainer_what_the_proof_says()
    {
        var result = Tool.Train.Run("eval", "--base", path.Base.Model, "--adapter", Path.Combine(path.Run, "adapter"), "--task", path.Base.Task, "--data", path.Base.Test, "--threads", "1", "--json").ShouldSucceed();
        using var score = JsonDocument.Parse(result.Output);
        var accuracy = score.RootElement.EnumerateObject().First(property => property.Name.Equals("accuracy", StringComparison.OrdinalIgnoreCase)).Value.GetDouble();
        using var proof = path.ProofJson;
        var adapter = proof.RootElement.GetProperty("scores").EnumerateArray().First(stage => stage.GetProperty("stage").GetString() == "adapter");
        adapter.GetProperty("accuracy").GetDouble().ShouldBe(accuracy, 0.5 / 60, string.Create(CultureInfo.InvariantCulture, $"eval says {accuracy}"));
    }

    private static string Label(JsonElement line) => line.GetProperty("label").GetString()!;
}
