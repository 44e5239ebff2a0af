using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Endpoint;
using SlmEdge.Teachers.Synthesis;
using SlmEdge.Teachers.Tests.Endpoint;

namespace SlmEdge.Teachers.Tests.Synthesis;

public sealed class SynthesizerTests : IDisposable
{
    private static readonly TaskDefinition Systems = TaskDefinition.FromLabels("systems", "Which system?", ["Engine", "Brake"]);

    private readonly TemporaryDirectory _folder = new();

    [Fact]
    public async Task Rows_are_kept_or_rejected_for_a_reason_that_is_written_down()
    {
        await using var server = await ScriptedServer.StartAsync((context, body) => ScriptedServer.Say(Question(body).Contains("\"Engine\"")
            ? """
              1. the engine runs hot after ten minutes of work
              - "the engine stalls when it idles in the morning"
              the motor does not start when it is cold
              THE engine runs hot after ten  minutes of work
              the engine runs hot after ten minutes of works
              call joe at joe@example.com about the engine noise
              der Motor ist nicht warm und läuft nur mit Mühe
              hot
              the turbo of the test set whistles at full load
              {"text":"the pads of the engine brake are worn down","label":"Brake"}
              """
            : "the pads squeal when the pedal is pressed hard")(context, body));

        var result = await RunAsync(server, options => options with { Count = 4, MostQuestions = 2 });

        LabelledTextReader.Read(result.Output, Systems).Select(row => row.Text).ShouldBe(
            ["the engine runs hot after ten minutes of work", "the engine stalls when it idles in the morning", "the pads squeal when the pedal is pressed hard"]);
        result.Labels.ShouldBe(new Dictionary<string, int> { ["Engine"] = 2, ["Brake"] = 1 }, ignoreOrder: true);
        JsonLinesReader.Read(result.RejectedFile!).Select(line => line.Value.GetProperty("reason").GetString())
            .ShouldBe(["duplicate", "duplicate", "nearDuplicate", "personalData", "language", "length", "contamination", "label"]);
        result.Rejected.Values.Sum().ShouldBe(8);
    }

    [Fact]
    public async Task A_run_that_the_teacher_ended_goes_on_and_ends_as_the_uninterrupted_one()
    {
        var served = 0;
        var broken = true;
        Func<HttpContext, JsonElement, Task> answer = (context, body) => ScriptedServer.Say(Lines(body))(context, body);
        await using var server = await ScriptedServer.StartAsync((context, body) =>
            broken && Interlocked.Increment(ref served) > 3 ? ScriptedServer.Fail(500, "boom")(context, body) : answer(context, body));

        var whole = await Whole();
        (await Should.ThrowAsync<TeacherException>(() => RunAsync(server))).Message.ShouldContain("Kept: 9 of 24 rows");
        LabelledTextReader.Read(_folder.At("out.jsonl"), Systems).Count.ShouldBe(9);
        broken = false;
        var resumed = await RunAsync(server);

        (resumed.Kept, resumed.Usage.Asked).ShouldBe((24, whole.Usage.Questions - 3));
        File.ReadAllText(resumed.Output).ShouldBe(File.ReadAllText(whole.Output));

        async Task<SynthResult> Whole()
        {
            await using var other = await ScriptedServer.StartAsync(answer);
            return await RunAsync(other, options => options with { OutputFile = _folder.At("whole.jsonl") });
        }
    }

    [Fact]
    public async Task Adversarial_questions_name_the_label_that_is_confused_and_topics_their_topic()
    {
        await using var server = await ScriptedServer.StartAsync((context, body) => ScriptedServer.Say(Lines(body))(context, body));

        await RunAsync(server, options => options with
        {
            Count = 24, Kinds = [SynthKind.Boundary, SynthKind.Negation, SynthKind.Typos, SynthKind.Topics], Topics = ["night shift"], Confusions = [("Brake", "Engine")],
        });

        var questions = server.Requests.Select(request => Question(request.Body)).ToArray();
        questions.ShouldContain(question => question.Contains("take for \"Engine\"") && question.Contains("belong to \"Brake\""));
        questions.ShouldContain(question => question.Contains("rule it out"));
        questions.ShouldContain(question => question.Contains("typing errors"));
        questions.ShouldContain(question => question.Contains("night shift"));
        questions.ShouldAllBe(question => question.Contains("the engine") || question.Contains("the brake"));
        LabelledTextReader.Read(_folder.At("out.jsonl"), Systems).CountBy(row => row.Label).ShouldAllBe(label => label.Value == 12);
    }

    [Fact]
    public async Task The_judge_rejects_what_it_is_sure_is_something_else()
    {
        await using var server = await ScriptedServer.StartAsync((context, body) => ScriptedServer.Say("the engine of the crane is loud\nthe wheels of the crane lock up\nmaybe the crane moves by itself")(context, body));

        var result = await RunAsync(server, options => options with { Count = 30, MostQuestions = 1 }, new WheelJudge());

        LabelledTextReader.Read(result.Output, Systems).Select(row => row.Text).ShouldBe(["the engine of the crane is loud", "maybe the crane moves by itself"]);
        result.Rejected.ShouldBe(new Dictionary<RejectionReason, int> { [RejectionReason.Judge] = 1 });
    }

    [Fact]
    public async Task Questions_that_give_nothing_are_counted_with_the_reason()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Fail(400, "too long"), ScriptedServer.Say("<think>only thoughts"), ScriptedServer.Say("the engine hums at night"));

        var result = await RunAsync(server, options => options with { MostQuestions = 3 });

        (result.Kept, result.FailedQuestions).ShouldBe((1, 2));
        result.FirstFailure!.ShouldContain("too long");
        result.RejectedFile.ShouldBeNull();
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_named()
    {
        Should.Throw<TeacherException>(() => new Synthesizer(Options() with { Topics = ["x"] })).Message.ShouldContain("--topics");
        Should.Throw<TeacherException>(() => new Synthesizer(Options() with { Confusions = [("Brake", "Wheel")] })).Message.ShouldContain("'Wheel'");
        Should.Throw<TeacherException>(() => new Synthesizer(Options() with { MinLength = 9, MaxLength = 3 })).Message.ShouldContain("--min-length");
    }

    public void Dispose() => _folder.Dispose();

    // Different texts for every question, without any that are alike.
    private static string Lines(JsonElement body)
    {
        var random = new Random(body.GetProperty("seed").GetInt32());
        return string.Join('\n', Enumerable.Range(0, 3).Select(_ => "the " + string.Concat(Enumerable.Range(0, 30).Select(_ => (char)('a' + random.Next(26))))));
    }

    private static string Question(JsonElement body) => body.GetProperty("messages")[0].GetProperty("content").GetString()!;

    private SynthOptions Options()
    {
        File.WriteAllLines(_folder.At("seeds.jsonl"),
        [
            """{"text":"the engine is smoking after the start of the shift","label":"Engine"}""",
            """{"text":"the engine does not start when it is cold","label":"Engine"}""",
            """{"text":"the motor does not start when it is cold","label":"Engine"}""",
            """{"text":"the brake pedal is soft and has to be pumped","label":"Brake"}""",
        ]);
        File.WriteAllLines(_folder.At("test.jsonl"), ["""{"text":"the turbo of the test set whistles at full load!"}"""]);
        return new SynthOptions
        {
            Task = Systems, SeedsFile = _folder.At("seeds.jsonl"), OutputFile = _folder.At("out.jsonl"), AgainstFiles = [_folder.At("test.jsonl")], Count = 24, TextsPerQuestion = 3,
        };
    }

    private async Task<SynthResult> RunAsync(ScriptedServer server, Func<SynthOptions, SynthOptions>? change = null, IRowJudge? judge = null)
    {
        using var teacher = new EndpointTeacher(new EndpointOptions
        {
            Address = server.Address, Model = "m", Concurrency = 1, Attempts = 2, FirstPause = TimeSpan.FromMilliseconds(1), ApiKeyVariable = "SLMEDGE_TEST_NO_KEY",
        });
        return await new Synthesizer((change ?? (options => options))(Options()), judge).RunAsync(teacher);
    }

    private sealed class WheelJudge : IRowJudge
    {
        public IReadOnlyList<(string Label, double Confidence)> Judge(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
            [.. texts.Select(text => text.Contains("wheels") ? ("Brake", 0.9) : text.Contains("maybe") ? ("Brake", 0.4) : ("Engine", 0.9))];
    }
}
