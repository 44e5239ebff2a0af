using Microsoft.AspNetCore.Http;
using SlmEdge.Runtime;

namespace SlmEdge.Worker.Http;

/// <summary><c>GET /v1/bundle</c>: what runs here, and what it scored before it was shipped.</summary>
internal sealed class BundleEndpoint(SlmRuntime runtime)
{
    public Task HandleAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        var manifest = runtime.Manifest;
        json.WriteStartObject();
        json.WriteString("name", manifest.Name);
        json.WriteString("version", manifest.Version);
        json.WriteString("createdUtc", manifest.CreatedUtc);
        json.WriteString("signature", runtime.Signature.ToString().ToLowerInvariant());
        json.WriteStartObject("task");
        json.WriteString("name", manifest.Task.Name);
        json.WriteString("kind", manifest.Task.Kind.ToString().ToLowerInvariant());
        json.WriteString("instruction", manifest.Task.Instruction);
        json.WriteEndObject();
        json.WriteStartArray("labels");
        foreach (var label in runtime.Classifier.Labels)
        {
            json.WriteStringValue(label);
        }

        json.WriteEndArray();
        json.WriteNumber("abstainBelow", runtime.Classifier.AbstainBelow);
        json.WriteStartObject("engine");
        json.WriteString("name", runtime.Engine);
        json.WriteString("library", runtime.EngineInfo.Name);
        json.WriteString("version", runtime.EngineInfo.Version);
        json.WriteString("cpuLevel", runtime.EngineInfo.CpuLevel);
        json.WriteNumber("threads", runtime.EngineInfo.Threads);
        json.WriteBoolean("gpu", runtime.EngineInfo.Gpu);
        json.WriteString("file", runtime.File);
        json.WriteNumber("contextLength", runtime.ContextLength);
        json.WriteEndObject();
        json.WriteString("promptSha256", runtime.PromptSha256);
        json.WriteStartArray("scores");
        foreach (var score in manifest.Scores)
        {
            json.WriteStartObject();
            json.WriteString("stage", score.Stage);
            json.WriteString("engine", score.Engine);
            json.WriteString("precision", score.Precision);
            json.WriteNumber("accuracy", score.Accuracy);
            json.WriteNumber("macroF1", score.MacroF1);
            if (score.MeanKl is { } kl)
            {
                json.WriteNumber("meanKl", kl);
            }

            if (score.ChangedDecisions is { } changed)
            {
                json.WriteNumber("changedDecisions", changed);
            }

            json.WriteNumber("sizeBytes", score.SizeBytes);
            json.WriteNumber("textsPerSecond", score.TextsPerSecond);
            json.WriteNumber("examples", score.Examples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
