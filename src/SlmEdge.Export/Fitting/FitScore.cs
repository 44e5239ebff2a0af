using System.Text.Json.Serialization;

namespace SlmEdge.Export.Fitting;

/// <summary>One candidate and what it came to on the validation rows and on this machine.</summary>
/// <param name="Layers">How many blocks it has.</param>
/// <param name="Trimmed">Whether its vocabulary is that of the training texts.</param>
/// <param name="Format">A GGUF type, or <c>onnx int4</c>.</param>
/// <param name="Accuracy">Share of validation rows decided rightly; of the first <see cref="GivenUpAfter"/> where it was given up.</param>
/// <param name="LatencyMs">Median time of one text alone, in milliseconds; 0 where it was given up.</param>
/// <param name="TextsPerSecond">Texts scored per second in batches; 0 where it was given up.</param>
/// <param name="SizeBytes">Size of the model's files.</param>
public sealed record FitScore(int Layers, bool Trimmed, string Format, double Accuracy, double LatencyMs, double TextsPerSecond, long SizeBytes)
{
    /// <summary>Whether the labels are no longer listed in its prompt, for which it was trained again.</summary>
    public bool ShortPrompt { get; init; }

    /// <summary>After how many validation rows it was clear that it cannot keep to the accuracy; null where all were scored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? GivenUpAfter { get; init; }

    /// <summary>The candidate for people.</summary>
    public string Name => $"{Layers} layers, {(Trimmed ? "trimmed" : "whole")} vocabulary, {(ShortPrompt ? "short prompt, " : "")}{Format}";

    /// <summary>Whether two scores are of the same candidate.</summary>
    /// <param name="other">The other score.</param>
    public bool IsOf(FitScore other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Layers == other.Layers && Trimmed == other.Trimmed && ShortPrompt == other.ShortPrompt && Format == other.Format;
    }
}
