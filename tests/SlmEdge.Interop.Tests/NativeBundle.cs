using System.Text;
using SlmEdge.Runtime;

namespace SlmEdge.Interop.Tests;

/// <summary>A bundle that was opened through the interface.</summary>
internal sealed unsafe class NativeBundle : IDisposable
{
    public NativeBundle(string path, EngineChoice engine = EngineChoice.Auto, LongTextPolicy longTexts = LongTextPolicy.Refuse, int queueCapacity = 0, int batchTexts = 0)
    {
        fixed (byte* pathBytes = Zero(path), cache = Zero(Path.Combine(Path.GetDirectoryName(path)!, "cache")))
        {
            var options = new SlmOptions
            {
                Size = (nuint)sizeof(SlmOptions),
                Engine = (int)engine,
                Threads = 1,
                CacheDirectory = cache,
                LongTexts = (int)longTexts,
                QueueCapacity = queueCapacity,
                BatchTexts = batchTexts,
            };
            nint handle;
            Abi.Open(pathBytes, &options, &handle).ShouldBe(SlmStatus.Ok, Abi.Message());
            Handle = handle;
        }
    }

    public nint Handle { get; }

    public static byte[] Zero(string text) => Encoding.UTF8.GetBytes(text + '\0');

    public SlmStatus Classify(ReadOnlySpan<byte> text, out SlmDecision decision, double[] scores, nint cancel = 0)
    {
        decision = new SlmDecision { Size = (nuint)sizeof(SlmDecision) };
        fixed (byte* bytes = text)
        fixed (double* room = scores)
        fixed (SlmDecision* answer = &decision)
        {
            return Abi.Classify(Handle, bytes, (nuint)text.Length, cancel, answer, room, (nuint)scores.Length);
        }
    }

    public SlmStatus ClassifyMany(IReadOnlyList<byte[]> texts, SlmDecision[] decisions, double[] scores, out nuint badText, nint cancel = 0)
    {
        var all = texts.SelectMany(text => text).Append((byte)0).ToArray();
        fixed (byte* start = all)
        fixed (SlmDecision* answers = decisions)
        fixed (double* room = scores)
        fixed (nuint* bad = &badText)
        {
            var starts = stackalloc byte*[texts.Count];
            var lengths = stackalloc nuint[texts.Count];
            var next = start;
            for (var i = 0; i < texts.Count; i++)
            {
                starts[i] = next;
                lengths[i] = (nuint)texts[i].Length;
                next += texts[i].Length;
            }

            return Abi.ClassifyMany(Handle, starts, lengths, (nuint)texts.Count, cancel, answers, room, (nuint)scores.Length, bad);
        }
    }

    public void Dispose() => Abi.Close(Handle);
}
