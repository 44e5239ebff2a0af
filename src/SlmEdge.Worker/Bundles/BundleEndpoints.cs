using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Bundles;

/// <summary><c>GET /v1/bundle</c>: what runs here, and what it scored before it was shipped.</summary>
internal sealed class BundleEndpoints(IServingEngine engine) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/bundle", DescribeAsync).RequireRole(Role.Ask);

    private Task DescribeAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        var bundle = engine.Bundle;
        var manifest = bundle.Manifest;
        json.WriteStartObject();
        json.WriteString("name", manifest.Name);
        json.WriteString("version", manifest.Version);
        json.WriteString("createdUtc", manifest.CreatedUtc);
        json.WriteString("signature", bundle.Signature.ToString().ToLowerInvariant());
        json.WriteStartObject("task");
        json.WriteString("name", manifest.Task.Name);
        json.WriteString("kind", KindOfTask.Name(manifest.Task.Kind));
        json.WriteString("instruction", manifest.Task.Instruction);
        json.WriteEndObject();
        json.WriteStartArray("labels");
        foreach (var label in manifest.Task.Labels)
        {
            json.WriteStringValue(label.Name);
        }

        json.WriteEndArray();
        if (bundle.AbstainBelow is { } abstainBelow)
        {
            json.WriteNumber("abstainBelow", abstainBelow);
        }

        json.WriteStartObject("engine");
        json.WriteString("name", bundle.Engine);
        json.WriteString("library", bundle.EngineInfo.Name);
        json.WriteString("version", bundle.EngineInfo.Version);
        json.WriteString("cpuLevel", bundle.EngineInfo.CpuLevel);
        json.WriteNumber("threads", bundle.EngineInfo.Threads);
        json.WriteBoolean("gpu", bundle.EngineInfo.Gpu);
        json.WriteString("file", bundle.File);
        json.WriteNumber("contextLength", bundle.ContextLength);
        json.WriteEndObject();
        json.WriteString("promptSha256", bundle.PromptSha256);
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
