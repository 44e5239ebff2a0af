using System.CommandLine;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Tools.Edge.Write;

/// <summary>How answers are written.</summary>
internal sealed class SamplingArguments
{
    private readonly Option<int> maxTokens;
    private readonly Option<float> temperature = new("--temperature") { Description = "0 writes the likeliest token; above 0 tokens are drawn." };
    private readonly Option<int> topK = new("--top-k") { Description = "Draw only from so many likeliest tokens; 0 for all." };
    private readonly Option<float> topP = new("--top-p") { Description = "Draw only from the likeliest tokens of this probability together.", DefaultValueFactory = _ => 1 };
    private readonly Option<float> minP = new("--min-p") { Description = "Leave out tokens with less than this share of the likeliest one's probability." };
    private readonly Option<float> repetition = new("--repetition-penalty") { Description = "Divides the logits of recent tokens; 1 is off.", DefaultValueFactory = _ => 1 };
    private readonly Option<uint> seed = new("--seed") { Description = "Seed of the draws; the same gives the same text.", DefaultValueFactory = _ => 1 };
    private readonly Option<string[]>? stop;

    public SamplingArguments(Command command, int tokens, bool stops)
    {
        maxTokens = new Option<int>("--max-tokens") { Description = "Most tokens of an answer.", DefaultValueFactory = _ => tokens };
        maxTokens.AtLeast(1);
        topK.AtLeast(0);
        foreach (var option in new Option[] { maxTokens, temperature, topK, topP, minP, repetition, seed })
        {
            command.Options.Add(option);
        }

        if (stops)
        {
            stop = new Option<string[]>("--stop") { Description = "A text that ends the answer and is not part of it; may be given several times.", HelpName = "text" };
            command.Options.Add(stop);
        }
    }

    public int MaxTokens(ParseResult parsed) => parsed.GetValue(maxTokens);

    /// <exception cref="UsageException">A value is out of range.</exception>
    public SamplingOptions Sampling(ParseResult parsed)
    {
        var sampling = new SamplingOptions
        {
            Temperature = parsed.GetValue(temperature),
            TopK = parsed.GetValue(topK),
            TopP = parsed.GetValue(topP),
            MinP = parsed.GetValue(minP),
            RepetitionPenalty = parsed.GetValue(repetition),
            Seed = parsed.GetValue(seed),
        };
        try
        {
            sampling.Validate();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }

        return sampling;
    }

    public GenerationOptions Read(ParseResult parsed) => new()
    {
        MaxTokens = MaxTokens(parsed),
        Sampling = Sampling(parsed),
        Stop = stop is null || parsed.GetValue(stop) is not { } texts ? [] : texts.Any(string.IsNullOrEmpty) ? throw new UsageException("--stop has to be a text") : texts,
    };
}
