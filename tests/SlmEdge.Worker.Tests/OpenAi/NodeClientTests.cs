using System.Diagnostics;
using System.Text.Json;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Worker.Tests.Http;

namespace SlmEdge.Worker.Tests.OpenAi;

/// <summary>The official client for Node, unchanged, against the service.</summary>
public sealed class NodeClientTests
{
    [SkippableFact]
    public async Task Every_call_of_the_client_works()
    {
        var peers = Path.Combine(RepositoryRoot(), "tests", "peers");
        var node = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
        Skip.If(node is null, "node is not on the PATH; './build.sh --target Test' says how to get the peers");
        Skip.IfNot(Directory.Exists(Path.Combine(peers, "node_modules", "openai")), "the npm package openai is not installed in tests/peers; './build.sh --target Test' installs it");

        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var expected = await service.Runtime.Chat.RespondAsync([new("system", "Be brief."), new("user", "Which hose?")], new GenerationOptions { MaxTokens = 16 });
        var result = await RunAsync(node!, Path.Combine(peers, "openai.mjs"), new Uri(service.Client.BaseAddress!, "/v1").ToString(), "faults");

        foreach (var name in new[] { "text", "streamed", "collected" })
        {
            result.GetProperty(name).GetString().ShouldBe(expected.Text, name);
        }

        result.GetProperty("finish").GetString().ShouldBe(expected.FinishReason == FinishReason.Length ? "length" : "stop");
        foreach (var name in new[] { "completionTokens", "streamedTokens", "logprobs" })
        {
            result.GetProperty(name).GetInt32().ShouldBe(expected.Usage.AnswerTokens, name);
        }

        result.GetProperty("part").GetString().ShouldBeOneOf("pump", "hose");
        result.GetProperty("completion").GetString().ShouldNotBeNullOrEmpty();
        result.GetProperty("completionLogprobs").GetInt32().ShouldBeGreaterThan(0);
        result.GetProperty("models").EnumerateArray().Select(model => model.GetString()).ShouldBe(["faults"]);
        using var embedder = service.Runtime.OpenEmbedder();
        var vector = (await embedder.EmbedAsync("Which hose?")).Vector.ToArray();
        foreach (var name in new[] { "embedding", "embeddingInNumbers" })
        {
            result.GetProperty(name).EnumerateArray().Select(number => number.GetSingle()).ShouldBe(vector, name);
        }

        var errors = result.GetProperty("errors").EnumerateArray().ToList();
        errors.Select(error => error.GetProperty("kind").GetString()).ShouldBe(["BadRequestError", "NotFoundError"]);
        errors.Select(error => error.GetProperty("param").GetString()).ShouldBe(["n", "model"]);
        errors.Select(error => error.GetProperty("code").GetString()).ShouldBe(["unsupported", "model_not_found"]);
        errors.ShouldAllBe(error => error.GetProperty("type").GetString() == "invalid_request_error");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SlmEdge.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        }

        return folder.FullName;
    }

    private static async Task<JsonElement> RunAsync(string node, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(node, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
        return JsonElement.Parse(await output);
    }
}
