using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Distillation;
using SlmEdge.Teachers.Endpoint;
using SlmEdge.Teachers.Local;
using SlmEdge.Teachers.Tests.Endpoint;

namespace SlmEdge.Teachers.Tests.Distillation;

public sealed class DistillerTests : IDisposable
{
    private static readonly TaskDefinition Task = TaskDefinition.FromLabels("colours", "Which colour?", ["Red", "Blue"]);

    private readonly TemporaryDirectory _folder = new();

    [Fact]
    public async Task Texts_become_labelled_rows_that_the_trainer_reads_and_bad_answers_are_listed()
    {
        await using var server = await ScriptedServer.StartAsync(Answering(question =>
            question.Contains("rose") ? "red." : question.Contains("sky") ? "Blue" : "I cannot tell."));

        var result = await RunAsync(server, Prompts("{\"text\":\"a rose\"}\n{\"text\":\"the sky\"}\n{\"text\":\"fog\"}\n{\"text\":\"a rose\"}\n"));

        (result.Asked, result.Written, result.Failed).ShouldBe((4, 3, 1));
        LabelledTextReader.Read(result.Output, Task).Select(row => (row.Text, row.Label)).ShouldBe([("a rose", "Red"), ("the sky", "Blue"), ("a rose", "Red")]);
        var failure = JsonLinesReader.Read(result.Failures!).Single().Value;
        failure.GetProperty("row").GetInt32().ShouldBe(3);
        failure.GetProperty("reason").GetString()!.ShouldContain("I cannot tell.");

        // The rose is one question, the fog two because it was tried again.
        result.Usage.ShouldBe(new(4, 4, 40, 12));
    }

    [Fact]
    public async Task A_run_that_the_teacher_ended_goes_on_with_what_is_missing()
    {
        var served = 0;
        var asked = new ConcurrentQueue<string>();
        var answer = Answering(question =>
        {
            asked.Enqueue(question);
            return "Red";
        });
        await using var server = await ScriptedServer.StartAsync((context, body) =>
            Interlocked.Increment(ref served) > 4 ? ScriptedServer.Fail(503, "overloaded")(context, body) : answer(context, body));
        var prompts = Prompts(string.Concat(Enumerable.Range(0, 10).Select(i => $"{{\"text\":\"thing {i}\"}}\n")));

        var error = await Should.ThrowAsync<TeacherException>(() => RunAsync(server, prompts));

        error.Message.ShouldMatch("status 503: overloaded\\. Kept: 4 rows from 4 of 10 ");
        error.Message.ShouldContain("out.answers.jsonl");
        LabelledTextReader.Read(_folder.At("out.jsonl"), Task).Count.ShouldBe(4);

        // As a power failure leaves it.
        File.AppendAllText(_folder.At("out.answers.jsonl"), "{\"key\":\"12");
        asked.Clear();
        await using var again = await ScriptedServer.StartAsync(answer);
        var result = await RunAsync(again, prompts, identity: server.Address);

        (result.Written, result.Usage.Questions, result.Usage.Asked).ShouldBe((10, 10, 6));
        LabelledTextReader.Read(result.Output, Task).Select(row => row.Text).ShouldBe(Enumerable.Range(0, 10).Select(i => $"thing {i}"));
        asked.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Several_answers_are_voted_on_and_a_narrow_vote_is_not_kept()
    {
        await using var server = await ScriptedServer.StartAsync((context, body) =>
            ScriptedServer.Say(Text(body).Contains("rose") ? ["Red", "Blue", "red"] : ["Red", "Blue", "Green"])(context, body));

        var result = await RunAsync(server, Prompts("{\"text\":\"a rose\"}\n{\"text\":\"fog\"}\n"), options => options with { Samples = 3, MinAgreement = 0.6 });

        var row = JsonLinesReader.Read(result.Output).Single().Value;
        (row.GetProperty("label").GetString(), row.GetProperty("agreement").GetDouble()).ShouldBe(("Red", 0.6667));
        JsonLinesReader.Read(result.Failures!).Single().Value.GetProperty("reason").GetString()!.ShouldContain("more votes");
    }

    [Fact]
    public async Task Reasoning_stands_beside_the_answer_in_every_shape_of_row()
    {
        await using var server = await ScriptedServer.StartAsync(Answering(_ => "Two and two.\nAnswer: 4"));
        const string rows = """
            {"instruction":"Add.","input":"2 2"}
            {"messages":[{"role":"system","content":"Be right."},{"role":"user","content":"2+2?"},{"role":"assistant","content":"5"}]}
            {"prompt":"2+2"}
            """;

        var result = await RunAsync(server, Prompts(rows), options => options with { Mode = DistillMode.Reasoning, Task = null });

        var written = JsonLinesReader.Read(result.Output).Select(line => line.Value).ToArray();
        written[0].GetRawText().ShouldBe("""{"instruction":"Add.","input":"2 2","output":"4","reasoning":"Two and two."}""");
        var turn = written[1].GetProperty("messages")[2];
        (turn.GetProperty("content").GetString(), turn.GetProperty("reasoning_content").GetString()).ShouldBe(("4", "Two and two."));
        written[2].GetProperty("messages").GetArrayLength().ShouldBe(2);
        server.Requests.ShouldContain(request => request.Body.GetProperty("messages")[0].GetProperty("content").GetString() == "Be right.");
    }

    [Fact]
    public async Task A_preference_has_to_survive_the_exchange_of_places()
    {
        await using var server = await ScriptedServer.StartAsync((context, body) => Text(body) switch
        {
            var judge when judge.Contains("Answer 1:") && judge.Contains("poem") => ScriptedServer.Say("1")(context, body),
            var judge when judge.Contains("Answer 1:") => ScriptedServer.Say(judge.IndexOf("good", StringComparison.Ordinal) < judge.IndexOf("bad", StringComparison.Ordinal) ? "1" : "2")(context, body),
            _ => ScriptedServer.Say("bad", "good")(context, body),
        });

        var result = await RunAsync(server, Prompts("{\"prompt\":\"a haiku\"}\n{\"prompt\":\"a poem\"}\n"), options => options with { Mode = DistillMode.Preferences, Samples = 2, Task = null });

        JsonLinesReader.Read(result.Output).Single().Value.GetRawText().ShouldBe("""{"prompt":"a haiku","chosen":"good","rejected":"bad"}""");
        JsonLinesReader.Read(result.Failures!).Single().Value.GetProperty("reason").GetString()!.ShouldContain("both orders");
    }

    [Fact]
    public async Task Refused_and_cut_off_rows_are_listed_but_a_teacher_that_refuses_everything_ends_the_run()
    {
        await using var server = await ScriptedServer.StartAsync((context, body) =>
            Text(body).Contains("long") ? ScriptedServer.Fail(400, "too long")(context, body)
            : Text(body).Contains("cut") ? context.Response.WriteAsJsonAsync(new { choices = new[] { new { message = new { content = "Re" }, finish_reason = "length" } } })
            : ScriptedServer.Say("Red")(context, body));

        var result = await RunAsync(server, Prompts("{\"text\":\"long\"}\n{\"text\":\"ok\"}\n{\"text\":\"cut\"}\n"));

        JsonLinesReader.Read(result.Failures!).Select(line => line.Value.GetProperty("reason").GetString()!).ShouldSatisfyAllConditions(
            reasons => reasons.First().ShouldContain("too long"),
            reasons => reasons.Last().ShouldContain("--max-tokens"));

        var all = Prompts(string.Concat(Enumerable.Range(0, 50).Select(i => $"{{\"text\":\"long {i}\"}}\n")));
        (await Should.ThrowAsync<TeacherException>(() => RunAsync(server, all, options => options with { OutputFile = _folder.At("other.jsonl") }))).Message.ShouldContain("Kept: 0 rows");
        server.Requests.Count.ShouldBeLessThan(30);
    }

    [Fact]
    public async Task Stopping_keeps_what_is_answered()
    {
        using var stop = new CancellationTokenSource();
        var answer = Answering(_ => "Red");
        var served = 0;
        await using var server = await ScriptedServer.StartAsync((context, body) =>
        {
            if (Interlocked.Increment(ref served) > 3)
            {
                stop.Cancel();
                return ScriptedServer.Stall(context, body);
            }

            return answer(context, body);
        });
        var prompts = Prompts(string.Concat(Enumerable.Range(0, 9).Select(i => $"{{\"text\":\"thing {i}\"}}\n")));

        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(server, prompts, token: stop.Token, concurrency: 1));

        LabelledTextReader.Read(_folder.At("out.jsonl"), Task).Count.ShouldBe(3);
    }

    [Fact]
    public void Rows_of_somebody_else_are_not_written_over()
    {
        File.WriteAllText(_folder.At("out.jsonl"), "{}\n");

        Should.Throw<TeacherException>(() => new Distiller(Options("p.jsonl"))).Message.ShouldContain("would be lost");
        Should.Throw<TeacherException>(() => new Distiller(Options("p.jsonl") with { Mode = DistillMode.Preferences })).Message.ShouldContain("classification");
        Should.Throw<TeacherException>(() => new Distiller(Options("p.jsonl") with { Samples = 3, Sampling = new SamplingSettings { Temperature = 0 } })).Message.ShouldContain("--temperature");
    }

    [Theory]
    [InlineData("{\"prompt\":\" \"}", "'prompt' is empty")]
    [InlineData("{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"}]}", "no turn of the user")]
    [InlineData("{\"messages\":[{\"role\":7,\"content\":\"a\"}]}", "messages[0]")]
    [InlineData("{\"question\":\"a\"}", "it has question")]
    [InlineData("", "no rows")]
    public async Task A_row_that_asks_nothing_is_refused_by_number(string row, string named)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say("x"));

        (await Should.ThrowAsync<DataFormatException>(() => RunAsync(server, Prompts(row), options => options with { Task = null }))).Message.ShouldContain(named);
    }

    [SkippableFact]
    public async Task A_local_model_and_the_same_model_behind_http_give_the_same_rows()
    {
        using var local = LocalTeacher.Open(SharedData.Require("data/models/stories260K.gguf"), new LocalTeacherOptions { Threads = 1, Concurrency = 1 });
        await using var server = await ScriptedServer.StartAsync(async (context, body) =>
        {
            var reply = await local.AskAsync(new TeacherRequest([new ChatMessage("user", Text(body))], new SamplingSettings
            {
                Temperature = body.GetProperty("temperature").GetDouble(),
                MaxTokens = body.GetProperty("max_tokens").GetInt32(),
                Stop = [body.GetProperty("stop")[0].GetString()!],
            }));
            await ScriptedServer.Say([.. reply.Answers.Select(answer => answer.Text)])(context, body);
        });
        var prompts = Prompts("{\"prompt\":\"Once upon a time\"}\n{\"prompt\":\"Tom had a dog\"}\n");
        DistillOptions Plain(DistillOptions options) => options with { Task = null, Sampling = new SamplingSettings { Temperature = 0, MaxTokens = 60, Stop = ["."] } };

        var remote = await RunAsync(server, prompts, Plain);
        var own = await new Distiller(Plain(Options(prompts)) with { OutputFile = _folder.At("own.jsonl") }).RunAsync(local);

        own.Written.ShouldBe(2);
        File.ReadAllText(own.Output).ShouldBe(File.ReadAllText(remote.Output));
        MessagesReader.Read(own.Output)[0].Messages[1].Content.ShouldNotBeNullOrWhiteSpace();
    }

    public void Dispose() => _folder.Dispose();

    private static Func<HttpContext, JsonElement, Task> Answering(Func<string, string> answer) => (context, body) => ScriptedServer.Say(answer(Text(body)))(context, body);

    private static string Text(JsonElement body) => body.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;

    private string Prompts(string rows)
    {
        var path = _folder.At("prompts.jsonl");
        File.WriteAllText(path, rows);
        return path;
    }

    private DistillOptions Options(string prompts) => new() { PromptsFile = prompts, OutputFile = _folder.At("out.jsonl"), Task = Task };

    private async Task<DistillResult> RunAsync(
        ScriptedServer server, string prompts, Func<DistillOptions, DistillOptions>? change = null, Uri? identity = null, CancellationToken token = default, int concurrency = 2)
    {
        using var teacher = new EndpointTeacher(new EndpointOptions
        {
            Address = server.Address,
            Model = "m",
            Concurrency = concurrency,
            Attempts = 2,
            FirstPause = TimeSpan.FromMilliseconds(1),
            ApiKeyVariable = "SLMEDGE_TEST_NO_KEY",
        });

        // Another port is another endpoint, whose answers would not be the kept ones.
        using var known = new RenamedTeacher(teacher, $"{identity ?? server.Address} m");
        return await new Distiller((change ?? (options => options))(Options(prompts))).RunAsync(known, cancellationToken: token);
    }

    private sealed class RenamedTeacher(ITeacher teacher, string identity) : ITeacher
    {
        public string Identity => identity;

        public int Concurrency => teacher.Concurrency;

        public Task<TeacherReply> AskAsync(TeacherRequest request, CancellationToken cancellationToken = default) => teacher.AskAsync(request, cancellationToken);

        public void Dispose()
        {
        }
    }
}
