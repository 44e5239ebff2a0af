using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Tasks;

namespace SlmEdge.Interop.Tests;

public sealed class ClassificationTests
{
    [SkippableTheory]
    [InlineData(Verbalizer.Code, 0)]
    [InlineData(Verbalizer.Name, 1)]
    public void One_text_and_many_are_decided_as_the_managed_library_decides_them_bit_for_bit(Verbalizer verbalizer, double abstainBelow)
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create(verbalizer, abstainBelow: abstainBelow);
        using var runtime = bundle.Open();
        using var native = new NativeBundle(bundle.Path);
        var expected = ManagedAnswers.Classify(runtime, [.. TinyBundle.Texts]);
        var labels = TinyBundle.Labels.Length;
        var decisions = new SlmDecision[expected.Count];
        Array.Fill(decisions, new SlmDecision { Size = 56 });
        var many = new double[expected.Count * labels];
        native.ClassifyMany([.. TinyBundle.Texts.Select(Encoding.UTF8.GetBytes)], decisions, many, out var badText).ShouldBe(SlmStatus.Ok);
        badText.ShouldBe(nuint.MaxValue);
        for (var i = 0; i < expected.Count; i++)
        {
            var scores = new double[labels];
            native.Classify(Encoding.UTF8.GetBytes(TinyBundle.Texts[i]), out var decision, scores).ShouldBe(SlmStatus.Ok);
            foreach (var answer in new[] { decision, decisions[i] })
            {
                answer.Confidence.ShouldBeBits(expected[i].Confidence);
                answer.Label.ShouldBe(ManagedAnswers.Place(expected[i].Label));
                answer.Best.ShouldBe(ManagedAnswers.Place(expected[i].Scores[0].Label));
                answer.Truncated.ShouldBe(0);
                answer.TextTokens.ShouldBe(expected[i].Timings.TextTokens);
                answer.BatchTexts.ShouldBeInRange(1, expected.Count);
                answer.EvaluatedMs.ShouldBeGreaterThan(0);
                answer.QueuedMs.ShouldBeGreaterThanOrEqualTo(0);
            }

            var wanted = ManagedAnswers.Scores(expected[i]);
            for (var label = 0; label < labels; label++)
            {
                scores[label].ShouldBeBits(wanted[label]);
                many[(i * labels) + label].ShouldBeBits(wanted[label]);
            }
        }

        if (abstainBelow > 0)
        {
            decisions.ShouldContain(decision => decision.Label == -1);
        }
    }

    [SkippableFact]
    public void A_bad_text_in_a_list_is_named_and_nothing_is_written()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        foreach (var (bad, status) in new[] { (" "u8.ToArray(), SlmStatus.InvalidText), (new byte[] { 0x61, 0xC3 }, SlmStatus.InvalidArgument) })
        {
            var decisions = new SlmDecision[3];
            Array.Fill(decisions, new SlmDecision { Size = 56, Label = 77 });
            native.ClassifyMany(["a dog"u8.ToArray(), "a cat"u8.ToArray(), bad], decisions, new double[15], out var badText).ShouldBe(status);
            badText.ShouldBe((nuint)2);
            decisions.ShouldAllBe(decision => decision.Label == 77);
        }
    }

    [SkippableFact]
    public void An_empty_list_is_answered_with_nothing()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        native.ClassifyMany([], [], [], out var badText).ShouldBe(SlmStatus.Ok);
        badText.ShouldBe(nuint.MaxValue);
    }

    [SkippableFact]
    public void A_long_text_is_refused_or_cut_as_the_options_say()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("The dog ran to the house. ", 400)));
        using (var refusing = new NativeBundle(bundle.Path))
        {
            refusing.Classify(text, out _, []).ShouldBe(SlmStatus.InvalidText);
            Abi.Message().ShouldContain("too long");
        }

        using var cutting = new NativeBundle(bundle.Path, longTexts: LongTextPolicy.Truncate);
        cutting.Classify(text, out var decision, new double[5]).ShouldBe(SlmStatus.Ok);
        decision.Truncated.ShouldBe(1);
    }

    [SkippableFact]
    public unsafe void Information_and_labels_are_those_of_the_bundle()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        nuint count;
        Abi.LabelCount(native.Handle, &count).ShouldBe(SlmStatus.Ok);
        Enumerable.Range(0, (int)count).Select(i => Text((buffer, capacity, needed) => Abi.Label(native.Handle, i, buffer, capacity, needed))).ShouldBe(TinyBundle.Labels);
        var info = JsonElement.Parse(Text((buffer, capacity, needed) => Abi.Info(native.Handle, buffer, capacity, needed)));
        info.GetProperty("name").GetString().ShouldBe("stories");
        info.GetProperty("version").GetString().ShouldBe("1.2.3");
        info.GetProperty("kind").GetString().ShouldBe("classify");
        info.GetProperty("engine").GetString().ShouldBe("llama");
        info.GetProperty("file").GetString().ShouldBe("gguf/model.gguf");
        info.GetProperty("contextLength").GetInt32().ShouldBeGreaterThan(0);
        info.GetProperty("labels").EnumerateArray().Select(label => label.GetString()).ShouldBe(TinyBundle.Labels);
    }

    private unsafe delegate SlmStatus Reading(byte* buffer, nuint capacity, nuint* needed);

    // Asks for the size, is refused one byte less and gets the text with exactly that.
    private static unsafe string Text(Reading read)
    {
        nuint needed;
        read(null, 0, &needed).ShouldBe(SlmStatus.Ok);
        var buffer = new byte[needed + 1];
        buffer[needed] = 0xAA;
        fixed (byte* bytes = buffer)
        {
            nuint again;
            read(bytes, needed - 1, &again).ShouldBe(SlmStatus.BufferTooSmall);
            again.ShouldBe(needed);
            bytes[0].ShouldBe((byte)0);
            read(bytes, needed, &again).ShouldBe(SlmStatus.Ok);
        }

        buffer[needed].ShouldBe((byte)0xAA);
        buffer[needed - 1].ShouldBe((byte)0);
        return Encoding.UTF8.GetString(buffer, 0, (int)needed - 1);
    }
}
