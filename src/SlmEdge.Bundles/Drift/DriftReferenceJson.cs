using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace SlmEdge.Bundles.Drift;

/// <summary><c>drift.json</c> to a reference and back. The bytes are a stranger's: every count, length and sum is checked.</summary>
internal static class DriftReferenceJson
{
    private const int FormatVersion = 2;
    private const int MaxBytes = DriftReference.MaxBytes;
    private const int MaxTokenId = 1 << 24;
    private const int MaxLabels = 1 << 15;
    private const int MaxWindow = 10_000;

    private static readonly string[] Names = [.. Enum.GetValues<DriftStatistic>().Select(statistic => JsonNamingPolicy.CamelCase.ConvertName(statistic.ToString()))];

    public static byte[] Write(DriftReference reference)
    {
        var buffer = new ArrayBufferWriter<byte>(8192);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("formatVersion", FormatVersion);
            json.WriteNumber("rows", reference.Rows);
            json.WriteNumber("window", reference.Window);
            json.WriteNumber("step", reference.Step);
            json.WriteStartObject("falseAlarms");
            json.WriteNumber("rate", reference.FalseAlarms.Rate);
            json.WriteNumber("texts", reference.FalseAlarms.Texts);
            json.WriteNumber("simulated", reference.FalseAlarms.Simulated);
            json.WriteNumber("observed", reference.FalseAlarms.Observed);
            json.WriteEndObject();
            WriteValues(json, "thresholds", reference, reference.Thresholds);
            WriteValues(json, "usual", reference, reference.Usual);
            WriteCounts(json, "labels", reference.Counts.Labels);
            WriteCounts(json, "confidence", reference.Counts.Confidence);
            WriteCounts(json, "right", reference.Right);
            WriteCounts(json, "scores", reference.Counts.Scores);
            json.WriteNumber("ridge", reference.Distance?.Ridge ?? 0);
            json.WriteBase64String("covariance", MemoryMarshal.AsBytes<Half>(reference.Distance?.Covariance ?? []));
            WriteCounts(json, "length", reference.Counts.Length);
            WriteCounts(json, "tokens", reference.Counts.Tokens);
            json.WriteNumber("withUnknown", reference.Counts.WithUnknown);
            WriteCounts(json, "answerLength", reference.Counts.AnswerLength);
            json.WriteNumber("unfinished", reference.Counts.Unfinished);
            json.WriteNumber("withNew", reference.Counts.WithNew);
            json.WriteBase64String("knownTokens", Pack(reference.KnownTokens));
            json.WriteBase64String("unknownTokens", Pack(reference.UnknownTokens));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Whether the bytes are a reference of an earlier program, whose statistics are others.</summary>
    public static bool IsOfEarlierVersion(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("formatVersion", out JsonElement version) &&
                version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out int number) && number is >= 1 and < FormatVersion;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static DriftReference Parse(ReadOnlyMemory<byte> utf8, string? bundle)
    {
        if (utf8.Length > MaxBytes)
        {
            throw Wrong($"has {utf8.Length} bytes; at most {MaxBytes} are allowed", bundle);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            int version = root.GetProperty("formatVersion").GetInt32();
            if (version != FormatVersion)
            {
                throw Wrong($"has format version {version}; this program reads version {FormatVersion}. {(version > FormatVersion ? "Update the program" : "Export the bundle again")}", bundle);
            }

            return Read(root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new BundleException($"is no valid reference: {e.Message}", bundle, DriftReference.FileName, e);
        }
    }

    private static DriftReference Read(JsonElement root)
    {
        int rows = Number(root, "rows", 1, int.MaxValue / 1024);
        int[] labels = Counts(root, "labels", null, rows, exact: true, mayBeEmpty: true);
        var counts = new DriftCounts(labels.Length) { Texts = rows, WithUnknown = Number(root, "withUnknown", 0, rows), WithNew = Number(root, "withNew", 0, rows), Unfinished = Number(root, "unfinished", 0, rows) };
        labels.CopyTo(counts.Labels, 0);
        Counts(root, "confidence", DriftText.Levels, labels.Length == 0 ? 0 : rows, exact: true).CopyTo(counts.Confidence, 0);
        Counts(root, "length", DriftText.Levels, rows, exact: true).CopyTo(counts.Length, 0);
        Counts(root, "tokens", DriftText.TokenClasses, rows * DriftText.MaxTokens, exact: false).CopyTo(counts.Tokens, 0);
        Counts(root, "answerLength", DriftText.Levels, rows - counts.Unfinished, exact: false).CopyTo(counts.AnswerLength, 0);
        Counts(root, "scores", counts.Scores.Length, (rows * byte.MaxValue) + (rows * DriftText.MaxScores), exact: false, mayBeEmpty: true).CopyTo(counts.Scores, 0);
        int[] right = Counts(root, "right", DriftText.Levels, rows, exact: false);
        for (int level = 0; level < right.Length; level++)
        {
            if (right[level] > counts.Confidence[level])
            {
                throw new FormatException($"'right' has more rows at step {level} than there are");
            }
        }

        JsonElement alarms = root.GetProperty("falseAlarms");
        var falseAlarms = new DriftFalseAlarms(
            Share(alarms, "rate"), Number(alarms, "texts", 1, int.MaxValue), Number(alarms, "simulated", 1, int.MaxValue), Share(alarms, "observed"));
        return new DriftReference(
            counts,
            right,
            Distance(root, counts.Scores.Length),
            Unpack(root, "knownTokens"),
            Unpack(root, "unknownTokens"),
            Values(root, "thresholds"),
            Values(root, "usual"),
            falseAlarms,
            Number(root, "window", 1, MaxWindow),
            Number(root, "step", 1, MaxWindow));
    }

    private static void WriteValues(Utf8JsonWriter json, string name, DriftReference reference, double[] values)
    {
        json.WriteStartObject(name);
        foreach (DriftStatistic statistic in reference.Statistics)
        {
            json.WriteNumber(Names[(int)statistic], Math.Round(values[(int)statistic], 6));
        }

        json.WriteEndObject();
    }

    private static double[] Values(JsonElement root, string name)
    {
        JsonElement element = root.GetProperty(name);
        double[] values = [.. Names.Select(statistic => element.TryGetProperty(statistic, out JsonElement value) ? value.GetDouble() : 0)];
        return values.All(value => value is >= 0 and < double.PositiveInfinity) ? values : throw new FormatException($"'{name}' has a value out of range");
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, int[] counts)
    {
        json.WriteStartArray(name);
        foreach (int count in counts)
        {
            json.WriteNumberValue(count);
        }

        json.WriteEndArray();
    }

    private static int[] Counts(JsonElement root, string name, int? length, int total, bool exact, bool mayBeEmpty = false)
    {
        JsonElement element = root.GetProperty(name);
        int found = element.GetArrayLength();
        if (found != (length ?? found) || found > MaxLabels)
        {
            throw new FormatException($"'{name}' has {found} counts");
        }

        int[] counts = new int[found];
        long sum = 0;
        for (int i = 0; i < found; i++)
        {
            counts[i] = element[i].GetInt32();
            sum += counts[i];
            if (counts[i] < 0)
            {
                throw new FormatException($"'{name}' has a count below 0");
            }
        }

        return sum == total || (mayBeEmpty && found == 0) || (!exact && sum < total) ? counts : throw new FormatException($"the counts of '{name}' do not fit the {total} that there are");
    }

    private static LabelDistance? Distance(JsonElement root, int classes)
    {
        byte[] bytes = root.GetProperty("covariance").GetBytesFromBase64();
        if (bytes.Length != classes * (classes + 1))
        {
            throw new FormatException($"'covariance' has {bytes.Length} bytes, where {classes} classes have {classes * (classes + 1)}");
        }

        double ridge = root.GetProperty("ridge").GetDouble();
        return classes == 0 ? null : ridge is >= 0 and < double.PositiveInfinity && LabelDistance.Create(classes, MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), ridge) is { } distance
            ? distance
            : throw new FormatException("'covariance' is none, or 'ridge' below 0");
    }

    private static int Number(JsonElement element, string name, int least, int most)
    {
        int number = element.GetProperty(name).GetInt32();
        return number >= least && number <= most ? number : throw new FormatException($"'{name}' has to lie between {least} and {most}, and is {number}");
    }

    private static double Share(JsonElement element, string name)
    {
        double share = element.GetProperty(name).GetDouble();
        return share is >= 0 and <= 1 ? share : throw new FormatException($"'{name}' has to lie between 0 and 1");
    }

    // Ascending numbers as the distances between them, seven bits a byte with the lowest first (LEB128): most distances take one.
    private static byte[] Pack(SortedSet<int> tokens)
    {
        var bytes = new List<byte>(tokens.Count * 2);
        int last = 0;
        foreach (int token in tokens)
        {
            uint distance = (uint)(token - last);
            for (last = token; distance > 127; distance >>= 7)
            {
                bytes.Add((byte)(distance | 128));
            }

            bytes.Add((byte)distance);
        }

        return [.. bytes];
    }

    private static List<int> Unpack(JsonElement root, string name)
    {
        var tokens = new List<int>();
        long last = 0;
        long distance = 0;
        int shift = 0;
        foreach (byte part in root.GetProperty(name).GetBytesFromBase64())
        {
            distance |= (long)(part & 127) << shift;
            shift += 7;
            if (part > 127)
            {
                if (shift > 21)
                {
                    throw new FormatException($"'{name}' has a token that is none");
                }

                continue;
            }

            last += distance;
            if (last > MaxTokenId || (distance == 0 && tokens.Count > 0))
            {
                throw new FormatException($"'{name}' has a token that is none, or one twice");
            }

            tokens.Add((int)last);
            (distance, shift) = (0, 0);
        }

        return shift == 0 ? tokens : throw new FormatException($"'{name}' ends within a token");
    }

    private static BundleException Wrong(string message, string? bundle) => new(message, bundle, DriftReference.FileName);
}
