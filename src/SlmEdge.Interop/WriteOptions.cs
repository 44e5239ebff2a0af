using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Interop;

/// <summary>From <c>slm_write_options</c> to the runtime's options: zero is the default of each member.</summary>
internal static unsafe class WriteOptions
{
    public static GenerationOptions ForGeneration(SlmWriteOptions* given)
    {
        var defaults = new GenerationOptions();
        if (given is null)
        {
            return defaults;
        }

        var options = GrowingStructure.Read(given, StructureSizes.WriteOptions, "options");
        return defaults with
        {
            MaxTokens = options.MaxTokens == 0 ? defaults.MaxTokens : options.MaxTokens,
            Sampling = Sampling(options),
            Deadline = Deadline(options),
            Stop = Stop(options),
        };
    }

    public static ExtractionOptions ForExtraction(SlmWriteOptions* given)
    {
        var defaults = new ExtractionOptions();
        if (given is null)
        {
            return defaults;
        }

        var options = GrowingStructure.Read(given, StructureSizes.WriteOptions, "options");
        if (options.StopCount > 0)
        {
            throw new AbiException(SlmStatus.InvalidArgument, "options.stop is given: stop strings could cut a document, and are for slm_generate only.");
        }

        return defaults with
        {
            MaxTokens = options.MaxTokens == 0 ? defaults.MaxTokens : options.MaxTokens,
            Sampling = Sampling(options),
            Deadline = Deadline(options),
        };
    }

    private static SamplingOptions Sampling(SlmWriteOptions options) => new()
    {
        Temperature = options.Temperature,
        TopK = options.TopK,
        TopP = options.TopP == 0 ? 1 : options.TopP,
        MinP = options.MinP,
        RepetitionPenalty = options.RepetitionPenalty == 0 ? 1 : options.RepetitionPenalty,
        Seed = options.Seed == 0 ? 1 : options.Seed,
    };

    private static TimeSpan? Deadline(SlmWriteOptions options) => options.DeadlineMs switch
    {
        0 => null,
        < 0 => throw new AbiException(SlmStatus.InvalidArgument, $"options.deadline_ms is {options.DeadlineMs}; 0 is for ever."),
        var milliseconds => TimeSpan.FromMilliseconds(milliseconds),
    };

    private static string[] Stop(SlmWriteOptions options)
    {
        if (options.StopCount > GenerationOptions.MaxStopStrings)
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"options.stop_count is {options.StopCount}; give at most {GenerationOptions.MaxStopStrings}.");
        }

        if (options.StopCount > 0 && options.Stop is null)
        {
            throw Border.Null("options.stop");
        }

        var stop = new string[(int)options.StopCount];
        for (var i = 0; i < stop.Length; i++)
        {
            stop[i] = Border.ZeroTerminated(options.Stop[i], $"options.stop[{i}]");
        }

        return stop;
    }
}
