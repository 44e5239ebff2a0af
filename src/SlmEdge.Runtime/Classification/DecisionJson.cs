using System.Text.Json;

namespace SlmEdge.Runtime.Classification;

/// <summary>Decisions as JSON, the same for the command line and the HTTP service.</summary>
public static class DecisionJson
{
    /// <summary>
    /// Writes <c>{"text":…,"label":…,"confidence":…,"scores":{…}}</c>, scores best first. An abstention has the label <c>null</c> and
    /// its reason in <c>abstention</c>; a text that was cut has <c>"truncated":true</c>.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="top">How many of the scores to write; 0 for all.</param>
    public static void Write(Utf8JsonWriter writer, Decision decision, int top = 0)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(decision);
        writer.WriteStartObject();
        writer.WriteString("text", decision.Text);
        writer.WriteString("label", decision.Label);
        writer.WriteNumber("confidence", Round(decision.Confidence));
        writer.WriteStartObject("scores");
        var count = top > 0 ? Math.Min(top, decision.Scores.Count) : decision.Scores.Count;
        for (var i = 0; i < count; i++)
        {
            writer.WriteNumber(decision.Scores[i].Label, Round(decision.Scores[i].Probability));
        }

        writer.WriteEndObject();
        if (decision.AbstentionReason is not null)
        {
            writer.WriteString("abstention", decision.AbstentionReason);
        }

        if (decision.Truncated)
        {
            writer.WriteBoolean("truncated", true);
        }

        writer.WriteEndObject();
    }

    // Scores come from 32-bit floats: more than six digits would only be noise.
    private static double Round(double probability) => Math.Round(probability, 6);
}
