using System.Buffers;
using System.Buffers.Binary;

namespace SlmEdge.Bundles.Drift;

/// <summary>Compares the most recent texts with the reference, again and again, and says when they have become others.</summary>
/// <remarks>Safe to use from several threads. It keeps no text and no token: a few dozen bytes for each text of the window.</remarks>
public sealed class DriftMonitor
{
    private const byte StateVersion = 1;
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
    /// <returns>Alarms that began or ended with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label.</exception>
    public IReadOnlyList<DriftChange> Add(int label, double confidence, IReadOnlyList<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, reference.LabelCount);
        ArgumentNullException.ThrowIfNull(tokens);
        DriftText text = reference.Describe(label, confidence, tokens);
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
                isCompared ? [.. values.Select((value, i) => new DriftReading((DriftStatistic)i, value, reference.Thresholds[i], reference.Usual[i], alarms[i]))] : [],
                DriftAccuracy.Of(reference.Counts.Confidence, reference.Right, window.Confidence),
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
                Span<byte> bytes = buffer.GetSpan(6 + DriftText.MaxTokens);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, text.Label);
                bytes[2] = text.Confidence;
                bytes[3] = text.Length;
                bytes[4] = (byte)((text.HasUnknown ? 1 : 0) | (text.HasNew ? 2 : 0));
                bytes[5] = text.TokenCount;
                ((ReadOnlySpan<byte>)text.Tokens)[..text.TokenCount].CopyTo(bytes[6..]);
                buffer.Advance(6 + text.TokenCount);
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
            if (state.Length < 6 || state[5] > DriftText.MaxTokens || state.Length < 6 + state[5] || remembered.Count == monitor.ring.Length)
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
                TokenCount = state[5],
            };
            if (text.Label >= reference.LabelCount || text.Confidence >= DriftText.Levels || text.Length >= DriftText.Levels)
            {
                return null;
            }

            state.Slice(6, text.TokenCount).CopyTo(text.Tokens);
            remembered.Add(text);
            state = state[(6 + text.TokenCount)..];
        }

        if (texts < remembered.Count)
        {
            return null;
        }

        monitor.texts = texts - remembered.Count;
        remembered.ForEach(text => monitor.Push(text));
        return monitor;
    }

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
        DriftMeasure.Compute(reference.Counts, window, values);
        isCompared = true;
        var changes = new List<DriftChange>();
        for (int i = 0; i < values.Length; i++)
        {
            double threshold = reference.Thresholds[i];

            // An alarm that ended at the threshold would begin again with the next text.
            bool now = values[i] > threshold || (alarms[i] && values[i] > (threshold + reference.Usual[i]) / 2);
            if (now != alarms[i])
            {
                alarms[i] = now;
                changes.Add(new DriftChange((DriftStatistic)i, now, values[i], threshold, texts));
            }
        }

        return changes;
    }
}
