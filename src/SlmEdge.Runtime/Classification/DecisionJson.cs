using System.Text.Json;

namespace SlmEdge.Runtime.Classification;

/// <summary>Decisions as JSON, the same for the command line and the HTTP service.</summary>
public static class DecisionJson
{
    /// <summary>
    /// Writes <c>{"text":…,"label":…,"confidence":…,"scores":{…}}</c>, scores best first. An abstention has the label <c>null</c> and
    /// its reason in <c>abstention</c>; a text that was cut has <c>"truncated":true</c>. Tasks with any number of labels add <c>labels</c>,
    /// tasks with a coverage <c>labelSet</c> and <c>coverage</c>, tasks with groups <c>groups</c>, decisions of an adapter <c>adapter</c> and <c>adapterVersion</c>.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="top">How many of the scores to write; 0 for all.</param>
    /// <param name="details">Whether to add what decided and where the time went.</param>
    /// <param name="id">The number under which the decision was recorded, as <c>id</c>; null for none.</param>
    public static void Write(Utf8JsonWriter writer, Decision decision, int top = 0, bool details = false, long? id = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(decision);
        writer.WriteStartObject();
        if (id is { } number)
        {
            writer.WriteNumber("id", number);
        }

        writer.WriteString("text", decision.Text);
        writer.WriteString("label", decision.Label);
        writer.WriteNumber("confidence", Round(decision.Confidence));
        WriteScores(writer, "scores", decision.Scores, top > 0 ? Math.Min(top, decision.Scores.Count) : decision.Scores.Count);
        if (decision.Labels is { } labels)
        {
            WriteScores(writer, "labels", labels, labels.Count);
        }

        if (decision.LabelSet is { } set)
        {
            writer.WriteStartArray("labelSet");
            foreach (var label in set)
            {
                writer.WriteStringValue(label);
            }

            writer.WriteEndArray();
            writer.WriteNumber("coverage", decision.Coverage!.Value);
        }

        if (decision.Groups.Count > 0)
        {
            writer.WriteStartArray("groups");
            foreach (var group in decision.Groups)
            {
                writer.WriteStartObject();
                writer.WriteString("name", group.Label);
                writer.WriteNumber("confidence", Round(group.Probability));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (decision.AbstentionReason is not null)
        {
            writer.WriteString("abstention", decision.AbstentionReason);
        }

        if (decision.Truncated)
        {
            writer.WriteBoolean("truncated", true);
        }

        if (decision.Adapter is { } adapter)
        {
            writer.WriteString("adapter", adapter.Name);
            writer.WriteString("adapterVersion", adapter.Version);
        }

        if (details)
        {
            WriteDetails(writer, decision);
        }

        writer.WriteEndObject();
    }

    private static void WriteScores(Utf8JsonWriter writer, string name, IReadOnlyList<LabelScore> scores, int count)
    {
        writer.WriteStartObject(name);
        for (var i = 0; i < count; i++)
        {
            writer.WriteNumber(scores[i].Label, Round(scores[i].Probability));
        }

        writer.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter writer, Decision decision)
    {
        writer.WriteStartObject("details");
        writer.WriteString("bundle", decision.BundleName);
        writer.WriteString("version", decision.BundleVersion);
        writer.WriteString("engine", decision.Engine);
        writer.WriteString("promptSha256", decision.PromptSha256);
        writer.WriteNumber("queuedMs", Milliseconds(decision.Timings.Queued));
        writer.WriteNumber("evaluatedMs", Milliseconds(decision.Timings.Evaluated));
        writer.WriteNumber("batchTexts", decision.Timings.BatchTexts);
        writer.WriteNumber("textTokens", decision.Timings.TextTokens);
        writer.WriteEndObject();
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    // Scores come from 32-bit floats: more than six digits would only be noise.
    private static double Round(double probability) => Math.Round(probability, 6);
}
