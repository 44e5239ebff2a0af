using System.Text.Json;

namespace SlmEdge.Worker.Updates;

/// <summary>Writes how updates are.</summary>
internal static class UpdateJson
{
    public static void Write(Utf8JsonWriter json, UpdateStatus status, UpdateOptions options)
    {
        json.WriteStartObject();
        json.WriteString("state", Name(status.Phase.ToString()));
        json.WriteString("version", status.Version);
        json.WritePropertyName("figures");
        Write(json, status.Figures);
        if (status.ShadowRequests is { } requests)
        {
            json.WriteStartObject("shadow");
            json.WriteNumber("requests", requests);
            json.WriteNumber("done", status.ShadowDone ?? 0);
            json.WriteNumber("minAgreement", options.MinAgreement);
            json.WriteEndObject();
        }

        if (status.Trial is { } trial && status.Phase is UpdatePhase.Trial or UpdatePhase.GoingBack)
        {
            json.WriteStartObject("trial");
            json.WriteString("version", trial.Version);
            json.WriteString("previous", trial.Previous);
            json.WriteString("source", trial.Source);
            json.WriteString("startedUtc", trial.StartedUtc);
            json.WriteString("endsUtc", trial.StartedUtc + options.Trial.Time);
            json.WriteNumber("samples", trial.After.Samples);
            json.WriteNumber("of", options.Trial.Decisions);
            json.WriteNumber("crashes", trial.Crashes);
            json.WritePropertyName("before");
            Write(json, trial.Before);
            json.WritePropertyName("after");
            Write(json, trial.After);
            json.WriteStartObject("limits");
            json.WriteNumber("errorRise", options.Trial.MaxErrorRise);
            json.WriteNumber("latencyFactor", options.Trial.MaxLatencyFactor);
            json.WriteNumber("abstentionRise", options.Trial.MaxAbstentionRise);
            json.WriteNumber("crashes", options.Trial.MaxCrashes);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteStartArray("history");
        foreach (var entry in status.History)
        {
            json.WriteStartObject();
            json.WriteString("time", entry.Time);
            json.WriteString("from", entry.From);
            json.WriteString("to", entry.To);
            json.WriteString("source", entry.Source);
            json.WriteString("outcome", Name(entry.Outcome.ToString()));
            json.WriteString("detail", entry.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, AnswerFigures figures)
    {
        json.WriteStartObject();
        json.WriteNumber("answers", figures.Answers);
        json.WriteNumber("errors", figures.Errors);
        json.WriteNumber("decisions", figures.Decisions);
        json.WriteNumber("abstentions", figures.Abstentions);
        if (figures.P95 is { } p95)
        {
            json.WriteNumber("latencyP95Ms", Math.Round(p95, 2));
        }

        json.WriteEndObject();
    }

    private static string Name(string value) => JsonNamingPolicy.CamelCase.ConvertName(value);
}
