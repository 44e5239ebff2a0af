namespace SlmEdge.Teachers;

/// <summary>How a teacher draws its answers.</summary>
public sealed record SamplingSettings
{
    /// <summary>0 takes the likeliest token, 1 the model's own distribution.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Draw from the likeliest tokens that together have this probability; 1 is all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Draw from so many likeliest tokens; 0 is all. An endpoint is told only when it is set: it is no part of OpenAI's interface.</summary>
    public int TopK { get; init; }

    /// <summary>Penalty on recent tokens; 1 is off. An endpoint is told only when it is set.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the draws. Endpoints promise no more than to try.</summary>
    public uint Seed { get; init; } = 1;

    /// <summary>Longest answer in tokens.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>Texts that end an answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="TeacherException">A setting is out of range.</exception>
    public void Validate()
    {
        Require(double.IsFinite(Temperature) && Temperature >= 0, "--temperature must not be negative");
        Require(TopP is > 0 and <= 1, "--top-p must lie above 0 and at most at 1");
        Require(TopK >= 0, "--top-k must not be negative");
        Require(double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, "--repetition-penalty must be positive");
        Require(MaxTokens >= 1, "--max-tokens must be at least 1");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new TeacherException(message + ".");
        }
    }
}
