using System.Diagnostics;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Runtime.Telemetry;

/// <summary>One operation that writes text: ended once, by its answer or its error.</summary>
internal sealed class Operation(OperationKind kind, Activity? activity)
{
    private readonly long started = Stopwatch.GetTimestamp();

    public void Succeed(GeneratedText answer)
    {
        var tags = kind.Tags();
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        RuntimeTelemetry.OperationDuration.Record(elapsed, in tags);
        RuntimeTelemetry.RequestDuration.Record(elapsed, in tags);
        RuntimeTelemetry.TimeToFirstToken.Record((answer.Timings.Queued + answer.Timings.FirstToken).TotalSeconds, in tags);
        if (answer.Usage.AnswerTokens > 1)
        {
            RuntimeTelemetry.TimePerOutputToken.Record((answer.Timings.Evaluated - answer.Timings.FirstToken).TotalSeconds / (answer.Usage.AnswerTokens - 1), in tags);
        }

        Use("input", answer.Usage.PromptTokens);
        Use("output", answer.Usage.AnswerTokens);
        activity?.SetTag("gen_ai.usage.input_tokens", answer.Usage.PromptTokens);
        activity?.SetTag("gen_ai.usage.output_tokens", answer.Usage.AnswerTokens);
        activity?.SetTag("gen_ai.response.finish_reasons", new[] { answer.FinishReason == FinishReason.Length ? "length" : "stop" });
        activity?.Dispose();
    }

    public void Fail(Exception error)
    {
        var tags = kind.Tags();
        var type = error.GetType().FullName;
        tags.Add("error.type", type);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        RuntimeTelemetry.OperationDuration.Record(elapsed, in tags);
        RuntimeTelemetry.RequestDuration.Record(elapsed, in tags);
        activity?.SetTag("error.type", type);
        activity?.SetStatus(ActivityStatusCode.Error);
        activity?.Dispose();
    }

    private void Use(string type, int tokens)
    {
        var tags = kind.Tags();
        tags.Add("gen_ai.token.type", type);
        RuntimeTelemetry.TokenUsage.Record(tokens, in tags);
    }
}
