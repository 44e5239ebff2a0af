using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SlmEdge.Runtime.Telemetry;

/// <summary>
/// The names under which the runtime's activities and metrics are collected. Both follow OpenTelemetry's semantic conventions for generative AI (in
/// development; attributes <c>gen_ai.*</c>), whose operations are joined by <c>classify</c>. No text is ever part of them.
/// </summary>
public static class RuntimeTelemetry
{
    /// <summary>Name of the <see cref="Meter"/>.</summary>
    public const string MeterName = "SlmEdge.Runtime";

    /// <summary>Name of the <see cref="ActivitySource"/>.</summary>
    public const string ActivitySourceName = "SlmEdge.Runtime";

    // Boundaries as the conventions advise.
    private static readonly double[] Seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly double[] FirstTokenSeconds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
    private static readonly double[] TokenSeconds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5];
    private static readonly long[] Tokens = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

    private static readonly Meter Meter = new(MeterName);

    internal static ActivitySource Source { get; } = new(ActivitySourceName);

    internal static Histogram<double> OperationDuration { get; } =
        Make("gen_ai.client.operation.duration", "Duration of an operation, waiting included.", Seconds);

    internal static Histogram<double> RequestDuration { get; } =
        Make("gen_ai.server.request.duration", "Duration of a request up to its last token, waiting included.", Seconds);

    internal static Histogram<double> TimeToFirstToken { get; } =
        Make("gen_ai.server.time_to_first_token", "Time to the first token of a complete answer, waiting included.", FirstTokenSeconds);

    internal static Histogram<double> TimePerOutputToken { get; } =
        Make("gen_ai.server.time_per_output_token", "Time for each token behind the first of a complete answer.", TokenSeconds);

    internal static Histogram<long> TokenUsage { get; } = Meter.CreateHistogram<long>(
        "gen_ai.client.token.usage", "{token}", "Tokens of prompts and answers.", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = Tokens });

    private static Histogram<double> Make(string name, string description, double[] boundaries) =>
        Meter.CreateHistogram<double>(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
