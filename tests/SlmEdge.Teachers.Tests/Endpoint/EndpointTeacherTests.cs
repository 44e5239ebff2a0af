using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Endpoint;
using static SlmEdge.Teachers.Tests.Endpoint.ScriptedServer;

namespace SlmEdge.Teachers.Tests.Endpoint;

public sealed class EndpointTeacherTests
{
    private static readonly TeacherRequest Question = new([new("system", "Be brief."), new("user", "What is \"2\" + 2?")], new SamplingSettings { Seed = 7, MaxTokens = 20, Stop = ["\n\n"] });

    [Fact]
    public async Task A_question_arrives_as_it_was_put_and_the_answer_with_its_tokens()
    {
        await using var server = await StartAsync(Say("4"));
        using var teacher = Teacher(server);

        var reply = await teacher.AskAsync(Question);

        reply.Answers.Single().ShouldBe(new TeacherAnswer("4", AnswerEnd.Complete));
        (reply.PromptTokens, reply.AnswerTokens).ShouldBe((10, 3));
        var (path, key, body) = server.Requests.Single();
        path.ShouldBe("/v1/chat/completions");
        key.ShouldBeNull();
        body.GetProperty("model").GetString().ShouldBe("m");
        body.GetProperty("messages")[1].GetProperty("content").GetString().ShouldBe("What is \"2\" + 2?");
        body.GetProperty("seed").GetInt32().ShouldBe(7);
        body.GetProperty("stop")[0].GetString().ShouldBe("\n\n");
        body.TryGetProperty("top_k", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task The_key_comes_from_the_environment_and_is_in_no_message()
    {
        const string variable = "SLMEDGE_TEST_TEACHER_KEY";
        Environment.SetEnvironmentVariable(variable, "very-secret");
        await using var server = await StartAsync(Fail(401, """{"error":{"message":"Incorrect key"}}"""));
        using var teacher = new EndpointTeacher(Options(server) with { ApiKeyVariable = variable });
        Environment.SetEnvironmentVariable(variable, null);

        var error = await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Question));

        server.Requests.Single().Key.ShouldBe("Bearer very-secret");
        error.ThisRequestOnly.ShouldBeFalse();
        error.Message.ShouldContain("Incorrect key");
        error.Message.ShouldContain(variable);
        error.ToString().ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task Plain_completions_continue_the_turns_as_text()
    {
        await using var server = await StartAsync((context, _) => context.Response.WriteAsJsonAsync(new { choices = new[] { new { text = " 4", finish_reason = "length" } } }));
        using var teacher = new EndpointTeacher(Options(server) with { Api = EndpointApi.Completions });

        var answer = (await teacher.AskAsync(Question)).Answers.Single();

        answer.ShouldBe(new TeacherAnswer(" 4", AnswerEnd.Length));
        server.Requests.Single().Path.ShouldBe("/v1/completions");
        server.Requests.Single().Body.GetProperty("prompt").GetString().ShouldBe("Be brief.\n\nWhat is \"2\" + 2?\nAnswer:");
    }

    public static TheoryData<string> Failures => ["rate", "date", "error", "gateway", "stall", "silence", "cut", "json", "empty", "type", "choices", "surrogate"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_may_pass_is_tried_again(string failure)
    {
        await using var server = await StartAsync(Failing(failure), Say("4"));
        using var teacher = new EndpointTeacher(Impatient(server, failure));

        (await teacher.AskAsync(Question)).Answers.Single().Text.ShouldBe("4");

        server.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("rate", "status 429: slow down")]
    [InlineData("error", "status 500: boom")]
    [InlineData("stall", "silence")]
    [InlineData("cut", "connection")]
    [InlineData("json", "not the JSON")]
    [InlineData("type", "text/html")]
    public async Task What_does_not_pass_ends_with_its_name(string failure, string named)
    {
        await using var server = await StartAsync(Failing(failure));
        using var teacher = new EndpointTeacher(Impatient(server, failure));

        var error = await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Question));

        error.Message.ShouldContain("failed 3 times");
        error.Message.ShouldContain(named);
        error.ThisRequestOnly.ShouldBeFalse();
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_refused_question_says_why_and_leaves_the_others()
    {
        await using var server = await StartAsync(Fail(400, """{"error":{"message":"maximum context length is 8 tokens"}}"""), Say("4"));
        using var teacher = Teacher(server);

        var error = await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Question));

        error.ThisRequestOnly.ShouldBeTrue();
        error.Message.ShouldContain("maximum context length is 8 tokens");
        (await teacher.AskAsync(Question)).Answers.Single().Text.ShouldBe("4");
    }

    [Fact]
    public async Task A_pause_that_is_too_long_ends_the_run_at_once()
    {
        await using var server = await StartAsync(Fail(429, "come back tomorrow", ("Retry-After", "86400")));
        using var teacher = Teacher(server);

        (await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Question))).Message.ShouldContain("86400 s");
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_a_missing_model_is_named()
    {
        await using var server = await StartAsync(Fail(307, "", ("Location", "http://127.0.0.1:9/v1/chat/completions")), Fail(404, "no such model"));
        using var teacher = Teacher(server);

        (await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Question))).Message.ShouldContain("307");
        (await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Question))).Message.ShouldContain("model 'm'");
    }

    [Fact]
    public async Task Nobody_at_the_address_is_an_error_that_names_it()
    {
        Uri address;
        await using (var server = await StartAsync(Say("4")))
        {
            address = server.Address;
        }

        using var teacher = new EndpointTeacher(Fast(address));
        (await Should.ThrowAsync<TeacherException>(() => teacher.AskAsync(Question))).Message.ShouldContain(address.Authority);
    }

    [Fact]
    public async Task A_server_that_gives_one_answer_for_many_is_asked_again_with_other_seeds()
    {
        await using var server = await StartAsync(Say("a"), Say("b", "c", "d"));
        using var teacher = Teacher(server);

        var reply = await teacher.AskAsync(Question with { Samples = 3 });

        reply.Answers.Select(answer => answer.Text).ShouldBe(["a", "b", "c"]);
        server.Requests.Select(request => request.Body.GetProperty("seed").GetInt32()).ShouldBe([7, 8]);
    }

    [Fact]
    public async Task No_more_questions_are_under_way_than_were_allowed()
    {
        int now = 0, most = 0;
        var full = new TaskCompletionSource();
        await using var server = await StartAsync(async (context, body) =>
        {
            var count = Interlocked.Increment(ref now);
            InterlockedMax(ref most, count);
            if (count == 2)
            {
                full.TrySetResult();
            }

            await full.Task;
            Interlocked.Decrement(ref now);
            await Say("4")(context, body);
        });
        using var teacher = new EndpointTeacher(Options(server) with { Concurrency = 2 });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => teacher.AskAsync(Question)));

        most.ShouldBe(2);
    }

    [Fact]
    public async Task Reasoning_beside_the_answer_and_a_filter_are_read()
    {
        await using var server = await StartAsync((context, _) => context.Response.WriteAsJsonAsync(new
        {
            choices = new[] { new { message = new { content = "4", reasoning_content = "two and two" }, finish_reason = "content_filter" } },
        }));
        using var teacher = Teacher(server);

        (await teacher.AskAsync(Question)).Answers.Single().ShouldBe(new TeacherAnswer("4", AnswerEnd.Filtered, "two and two"));
    }

    [Fact]
    public async Task Giving_up_is_not_taken_for_a_failure_of_the_endpoint()
    {
        await using var server = await StartAsync(Stall);
        using var teacher = new EndpointTeacher(Options(server) with { StallTimeout = TimeSpan.FromMinutes(5) });
        using var stop = new CancellationTokenSource();
        var asking = teacher.AskAsync(Question, stop.Token);
        while (server.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => asking);
    }

    private static Func<HttpContext, JsonElement, Task> Failing(string failure) => failure switch
    {
        "rate" => Fail(429, """{"error":{"message":"slow down"}}""", ("Retry-After", "0")),
        "date" => Fail(429, "later", ("Retry-After", DateTimeOffset.UtcNow.AddSeconds(-1).ToString("R"))),
        "error" => Fail(500, "boom"),
        "gateway" => Fail(503, "<html>gateway</html>"),
        "stall" => Stall,
        "silence" => (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default),
        "cut" => Cut,
        "json" => Body("application/json", "{\"choices\": ["),
        "empty" => Body("application/json", ""),
        "type" => Body("text/html", "<html>sign in</html>"),
        "choices" => Body("application/json", "{\"choices\": []}"),
        "surrogate" => Body("application/json", """{"choices":[{"message":{"content":"\ud800"},"finish_reason":"stop"}]}"""),
        _ => throw new ArgumentOutOfRangeException(nameof(failure)),
    };

    private static EndpointTeacher Teacher(ScriptedServer server) => new(Options(server));

    private static EndpointOptions Options(ScriptedServer server) => Fast(server.Address);

    // A busy machine may be slow to answer too, so only the failure that is about waiting waits briefly.
    private static EndpointOptions Impatient(ScriptedServer server, string failure) =>
        failure == "silence" ? Options(server) with { AnswerTimeout = TimeSpan.FromSeconds(3) } : Options(server);

    private static EndpointOptions Fast(Uri address) => new()
    {
        Address = address,
        Model = "m",
        ApiKeyVariable = "SLMEDGE_TEST_NO_KEY",
        Attempts = 3,
        FirstPause = TimeSpan.FromMilliseconds(1),
        AnswerTimeout = TimeSpan.FromSeconds(60),
        StallTimeout = TimeSpan.FromSeconds(1),
    };

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
        {
            var now = Interlocked.CompareExchange(ref target, value, seen);
            if (now == seen)
            {
                return;
            }

            seen = now;
        }
    }
}
