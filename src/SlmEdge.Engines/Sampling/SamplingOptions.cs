namespace SlmEdge.Engines.Sampling;

/// <summary>How the next token is drawn from the model's distribution. The default is greedy: the likeliest token.</summary>
/// <remarks>Applied in llama.cpp's order: penalties, top-k, top-p, min-p, temperature, draw.</remarks>
public sealed record SamplingOptions
{
    /// <summary>The likeliest token, always.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Divides the logits; 0 takes the likeliest token, 1 leaves the distribution as it is.</summary>
    public float Temperature { get; init; }

    /// <summary>Draw only from so many likeliest tokens; 0 is all.</summary>
    public int TopK { get; init; }

    /// <summary>Draw only from the likeliest tokens that together have this probability (Holtzman et al. 2020, arXiv 1904.09751); 1 is all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Leave out tokens that have less than this share of the likeliest one's probability; 0 leaves out none.</summary>
    public float MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of recent tokens (Keskar et al. 2019, arXiv 1909.05858); 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken from the logits of recent tokens once, however often they occurred; 0 is off.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Taken from the logits of recent tokens for each time they occurred; 0 is off.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>How many recent tokens the penalties look back on; the prompt's count too.</summary>
    public int RepetitionWindow { get; init; } = 64;

    /// <summary>Seed of the draws; the samples of one request draw with this, this + 1 and so on.</summary>
    public uint Seed { get; init; } = 1;

    /// <summary>Whether recent tokens change the logits.</summary>
    public bool Penalises => RepetitionWindow > 0 && (RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0);

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        Require(float.IsFinite(Temperature) && Temperature >= 0, "The temperature must not be negative.");
        Require(TopK >= 0, "Top-k must not be negative.");
        Require(TopP is > 0 and <= 1, "Top-p must lie above 0 and at most at 1.");
        Require(MinP is >= 0 and <= 1, "Min-p must lie from 0 to 1.");
        Require(float.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, "The repetition penalty must be positive; 1 is off.");
        Require(float.IsFinite(PresencePenalty) && float.IsFinite(FrequencyPenalty), "Presence and frequency penalty must be numbers; 0 is off.");
        Require(RepetitionWindow >= 0, "The repetition window must not be negative.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}
