using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;

namespace SlmEdge.Interop;

/// <summary>Classifies one text and many. <c>slmedge.h</c> says what each function does and which threads may call it.</summary>
internal static unsafe class ClassifyExports
{
    [UnmanagedCallersOnly(EntryPoint = "slm_classify", CallConvs = [typeof(CallConvCdecl)])]
    public static int One(nint bundle, byte* text, nuint length, nint cancel, SlmDecision* decision, double* scores, nuint scoreCount)
    {
        try
        {
            var opened = HandleTable.Get<OpenedBundle>(bundle, "bundle");
            var classifier = opened.Runtime.Classifier;
            if (decision is null)
            {
                throw Border.Null("decision");
            }

            var size = GrowingStructure.SizeOf(decision, StructureSizes.Decision, "decision");
            CheckRoom(opened, 1, scores, scoreCount);
            using var hold = CancelSwitch.HoldOf(cancel);
            var answer = classifier.ClassifyAsync(Border.Text(text, length, "text"), hold.Token).GetAwaiter().GetResult();
            Write(opened, answer, decision, size, scores);
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_classify_many", CallConvs = [typeof(CallConvCdecl)])]
    public static int Many(
        nint bundle, byte** texts, nuint* lengths, nuint count, nint cancel, SlmDecision* decisions, double* scores, nuint scoreCount, nuint* badText)
    {
        try
        {
            if (badText is not null)
            {
                *badText = nuint.MaxValue;
            }

            var opened = HandleTable.Get<OpenedBundle>(bundle, "bundle");
            var classifier = opened.Runtime.Classifier;
            if (count == 0)
            {
                return (int)SlmStatus.Ok;
            }

            if (decisions is null)
            {
                throw Border.Null("decisions");
            }

            if (count > (nuint)Array.MaxLength)
            {
                throw new AbiException(SlmStatus.InvalidArgument, $"'count' is {count}; give at most {Array.MaxLength} texts at once.");
            }

            var size = CheckSizes((byte*)decisions, count);
            CheckRoom(opened, count, scores, scoreCount);
            var list = Texts(texts, lengths, (int)count, badText);
            using var hold = CancelSwitch.HoldOf(cancel);
            var answers = classifier.ClassifyAsync(list, hold.Token).GetAwaiter().GetResult();
            for (var i = 0; i < answers.Count; i++)
            {
                Write(opened, answers[i], (byte*)decisions + ((nuint)i * size), size, scores is null ? null : scores + ((nint)i * opened.Labels.Count));
            }

            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            if (badText is not null && error is InvalidTextException { Index: var index })
            {
                *badText = (nuint)index;
            }

            return Border.Fail(error);
        }
    }

    private static string[] Texts(byte** texts, nuint* lengths, int count, nuint* badText)
    {
        if (texts is null)
        {
            throw Border.Null("texts");
        }

        var list = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (badText is not null)
            {
                *badText = (nuint)i;
            }

            list[i] = lengths is null ? Border.ZeroTerminated(texts[i], $"texts[{i}]") : Border.Text(texts[i], lengths[i], $"texts[{i}]");
        }

        if (badText is not null)
        {
            *badText = nuint.MaxValue;
        }

        return list;
    }

    // The first one's size is the distance to the next, so each has to say the same.
    private static nuint CheckSizes(byte* decisions, nuint count)
    {
        var size = GrowingStructure.SizeOf(decisions, StructureSizes.Decision, "decisions[0]");
        for (nuint i = 1; i < count; i++)
        {
            var other = Unsafe.ReadUnaligned<nuint>(decisions + (i * size));
            if (other != size)
            {
                throw new AbiException(SlmStatus.InvalidArgument, $"decisions[{i}].size is {other}, and decisions[0].size {size}. Set each to sizeof(slm_decision).");
            }
        }

        return size;
    }

    private static void CheckRoom(OpenedBundle bundle, nuint texts, double* scores, nuint scoreCount)
    {
        var needed = (UInt128)texts * (nuint)bundle.Labels.Count;
        if (scores is not null && scoreCount < needed)
        {
            throw new AbiException(SlmStatus.BufferTooSmall, $"There is room for {scoreCount} scores, and {needed} are needed: one per text and label (slm_label_count).");
        }
    }

    private static void Write(OpenedBundle bundle, Decision answer, void* decision, nuint size, double* scores)
    {
        var best = bundle.PlaceOf(answer.Scores[0].Label);
        GrowingStructure.Write(
            new SlmDecision
            {
                Confidence = answer.Confidence,
                Label = answer.Label is null ? -1 : bundle.PlaceOf(answer.Label),
                Best = best,
                Truncated = answer.Truncated ? 1 : 0,
                QueuedMs = answer.Timings.Queued.TotalMilliseconds,
                EvaluatedMs = answer.Timings.Evaluated.TotalMilliseconds,
                BatchTexts = answer.Timings.BatchTexts,
                TextTokens = answer.Timings.TextTokens,
            },
            decision,
            size);
        if (scores is null)
        {
            return;
        }

        foreach (var score in answer.Scores)
        {
            scores[bundle.PlaceOf(score.Label)] = score.Probability;
        }
    }
}
