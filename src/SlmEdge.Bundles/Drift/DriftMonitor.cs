using System.Buffers;
using System.Buffers.Binary;

namespace SlmEdge.Bundles.Drift;

/// <summary>Compares the most recent texts with the reference, again and again, and says when they have become others.</summary>
/// <remarks>Safe to use from several threads. It keeps no text and no token: a few dozen bytes for each text of the window.</remarks>
public sealed class DriftMonitor
{
    private const byte StateVersion = 2;
    private const int TextHead = 8;
    private const int StateHead = 11 + (DriftMeasure.Count * sizeof(double));

    private readonly Lock gate = new();
    private readonly DriftReference reference;
    private readonly DriftText[] ring;
    private readonly DriftCounts window;
    private readonly double[] values = new double[DriftMeasure.Count];
    private readonly bool[] alarms = new bool[DriftMeasure.Count];
    private bool isCompared;
    private long texts;

    /// <summary>Begins without texts.</summary>
    public DriftMonitor(DriftReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        this.reference = reference;
        ring = new DriftText[reference.Window];
        window = new DriftCounts(reference.LabelCount);
    }

    /// <summary>What it compares with.</summary>
    public DriftReference Reference => reference;

    /// <summary>Takes a decided text.</summary>
    /// <param name="label">Index of the best label in the task.</param>
    /// <param name="confidence">Its calibrated probability.</param>
    /// <param name="tokens">The tokens that the model read for the text.</param>
    /// <param name="scores">The likeliest labels, as when the reference was made; <see langword="null"/> where only the label is known.</param>
    /// <returns>Alarms that began or ended with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public IReadOnlyList<DriftChange> Add(int label, double confidence, IReadOnlyList<int> tokens, IReadOnlyList<DriftScore>? scores = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, reference.LabelCount);
        ArgumentNullException.ThrowIfNull(tokens);
        foreach (DriftScore score in scores ??= [])
        {
            ArgumentOutOfRangeException.ThrowIfNegative(score.Label, nameof(scores));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(score.Label, reference.LabelCount, nameof(scores));
        }

        return Add(reference.Describe(label, confidence, scores, tokens));
    }

    /// <summary>Takes an answered text.</summary>
    /// <param name="answer">The text, and how long the answer is.</param>
    /// <returns>Alarms that began or ended with it.</returns>
    /// <exception cref="InvalidOperationException">The reference is of texts with one label each.</exception>
    public IReadOnlyList<DriftChange> Add(DriftAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return reference.LabelCount == 0 ? Add(reference.Describe(answer)) : throw new InvalidOperationException("The reference is of decided texts; say what was decided.");
    }

    private IReadOnlyList<DriftChange> Add(in DriftText text)
    {
        lock (gate)
        {
            Push(text);
            return window.Texts == ring.Length && texts % reference.Step == 0 ? Compare() : [];
        }
    }

    /// <summary>How the recent texts compare.</summary>
    public DriftSummary Read()
    {
        lock (gate)
        {
            int[] tenths = new int[10];
            for (int level = 0; level < DriftText.Levels; level++)
            {
                tenths[Math.Min(9, (int)(10 * DriftText.ConfidenceOf(level)))] += window.Confidence[level];
            }

            return new DriftSummary(
                texts,
                window.Texts,
                isCompared ? [.. reference.Statistics.Select(statistic => Reading((int)statistic))] : [],
                reference.LabelCount == 0 ? null : DriftAccuracy.Of(reference.Counts.Confidence, reference.Right, window.Confidence),
                [.. window.Labels],
                tenths);
        }
    }

    /// <summary>What it has to remember to go on later, a few kilobytes.</summary>
    public byte[] Save()
    {
        lock (gate)
        {
            var buffer = new ArrayBufferWriter<byte>(1024 + (ring.Length * 24));
            Span<byte> head = buffer.GetSpan(StateHead);
            head[0] = StateVersion;
            BinaryPrimitives.WriteInt64LittleEndian(head[1..], texts);
            head[9] = isCompared ? (byte)1 : (byte)0;
            head[10] = 0;
            for (int i = 0; i < alarms.Length; i++)
            {
                head[10] |= (byte)(alarms[i] ? 1 << i : 0);
                BinaryPrimitives.WriteDoubleLittleEndian(head[(11 + (i * sizeof(double)))..], values[i]);
            }

            buffer.Advance(StateHead);
            for (int i = window.Texts; i > 0; i--)
            {
                ref DriftText text = ref ring[(texts - i) % ring.Length];
                Span<byte> bytes = buffer.GetSpan(TextHead + (2 * DriftText.MaxScores) + DriftText.MaxTokens);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, text.Label);
                bytes[2] = text.Confidence;
                bytes[3] = text.Length;
                bytes[4] = (byte)((text.HasUnknown ? 1 : 0) | (text.HasNew ? 2 : 0) | (text.IsUnfinished ? 4 : 0));
                bytes[5] = text.AnswerLength;
                bytes[6] = text.ScoreCount;
                bytes[7] = text.TokenCount;
                ((ReadOnlySpan<byte>)text.ScoreClasses)[..text.ScoreCount].CopyTo(bytes[TextHead..]);
                ((ReadOnlySpan<byte>)text.Scores)[..text.ScoreCount].CopyTo(bytes[(TextHead + text.ScoreCount)..]);
                ((ReadOnlySpan<byte>)text.Tokens)[..text.TokenCount].CopyTo(bytes[(TextHead + (2 * text.ScoreCount))..]);
                buffer.Advance(TextHead + (2 * text.ScoreCount) + text.TokenCount);
            }

            return buffer.WrittenSpan.ToArray();
        }
    }

    /// <summary>Goes on from what <see cref="Save"/> gave, with the same reference.</summary>
    /// <returns>The monitor, or <see langword="null"/> where the bytes are no such state.</returns>
    public static DriftMonitor? Restore(DriftReference reference, ReadOnlySpan<byte> state)
    {
        var monitor = new DriftMonitor(reference);
        if (state.Length < StateHead || state[0] != StateVersion || BinaryPrimitives.ReadInt64LittleEndian(state[1..]) is not (>= 0 and < long.MaxValue / 2 and var texts))
        {
            return null;
        }

        monitor.isCompared = state[9] != 0;
        for (int i = 0; i < monitor.values.Length; i++)
        {
            monitor.alarms[i] = (state[10] & (1 << i)) != 0;
            monitor.values[i] = BinaryPrimitives.ReadDoubleLittleEndian(state[(11 + (i * sizeof(double)))..]);
            if (!double.IsFinite(monitor.values[i]))
            {
                return null;
            }
        }

        var remembered = new List<DriftText>();
        for (state = state[StateHead..]; state.Length > 0;)
        {
            if (state.Length < TextHead || state[6] > DriftText.MaxScores || state[7] > DriftText.MaxTokens || state.Length < TextHead + (2 * state[6]) + state[7] || remembered.Count == monitor.ring.Length)
            {
                return null;
            }

            var text = new DriftText
            {
                Label = BinaryPrimitives.ReadUInt16LittleEndian(state),
                Confidence = state[2],
                Length = state[3],
                HasUnknown = (state[4] & 1) != 0,
                HasNew = (state[4] & 2) != 0,
                IsUnfinished = (state[4] & 4) != 0,
                AnswerLength = state[5],
                ScoreCount = state[6],
                TokenCount = state[7],
            };
            int classes = DriftText.ScoreClassesOf(reference.LabelCount);
            ReadOnlySpan<byte> scored = state.Slice(TextHead, text.ScoreCount);
            if ((classes > 0 ? text.Label >= reference.LabelCount || scored.ContainsAnyExceptInRange<byte>(0, (byte)(classes - 1)) : text.ScoreCount > 0) ||
                text.AnswerLength is >= DriftText.Levels and not DriftText.NoLength || text.Confidence >= DriftText.Levels || text.Length >= DriftText.Levels)
            {
                return null;
            }

            scored.CopyTo(text.ScoreClasses);
            state.Slice(TextHead + text.ScoreCount, text.ScoreCount).CopyTo(text.Scores);
            state.Slice(TextHead + (2 * text.ScoreCount), text.TokenCount).CopyTo(text.Tokens);
            remembered.Add(text);
            state = state[(TextHead + (2 * text.ScoreCount) + text.TokenCount)..];
        }

        if (texts < remembered.Count)
        {
            return null;
        }

        monitor.texts = texts - remembered.Count;
        remembered.ForEach(text => monitor.Push(text));
        return monitor;
    }

    private DriftReading Reading(int i) => new((DriftStatistic)i, values[i], reference.Thresholds[i], reference.Usual[i], alarms[i]);

    private void Push(in DriftText text)
    {
        ref DriftText place = ref ring[texts % ring.Length];
        if (window.Texts == ring.Length)
        {
            window.Add(place, -1);
        }

        place = text;
        window.Add(text);
        texts++;
    }

    private List<DriftChange> Compare()
    {
        DriftMeasure.Compute(reference.Counts, reference.Distance, window, values);
        isCompared = true;
        var changes = new List<DriftChange>();
        foreach (DriftStatistic statistic in reference.Statistics)
        {
            int i = (int)statistic;
            double threshold = reference.Thresholds[i];

            // An alarm that ended at the threshold would begin again with the next text.
            bool now = values[i] > threshold || (alarms[i] && values[i] > (threshold + reference.Usual[i]) / 2);
            if (now != alarms[i])
            {
                alarms[i] = now;
                changes.Add(new DriftChange(statistic, now, values[i], threshold, texts));
            }
        }

        return changes;
    }
}
