using System.Text;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;

namespace SlmEdge.Interop.Tests;

public sealed class WritingTests
{
    private const string Text = "pump leaks oil at the seal";

    [SkippableTheory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public async Task An_answer_is_what_the_managed_library_writes_and_comes_on_the_calling_thread(EngineChoice engine)
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open(engine);
        using var native = new NativeBundle(bundle.FilePath, engine);
        for (uint seed = 1; seed < 4; seed++)
        {
            var expected = await runtime.Generator.GenerateAsync(
                Text, new GenerationOptions { MaxTokens = 30, Sampling = new SamplingOptions { Temperature = 1.5f, TopK = 40, TopP = 0.9f, MinP = 0.01f, RepetitionPenalty = 1.1f, Seed = seed } });
            var collector = new AnswerCollector();
            var thread = Environment.CurrentManagedThreadId;
            var options = new SlmWriteOptions { MaxTokens = 30, Temperature = 1.5f, TopK = 40, TopP = 0.9f, MinP = 0.01f, RepetitionPenalty = 1.1f, Seed = seed };
            collector.Generate(native.Handle, Text, options, out var answer).ShouldBe(SlmStatus.Ok, Abi.Message());
            collector.Failure.ShouldBeNull();
            collector.Text.ShouldBe(expected.Text);
            collector.Thread.ShouldBe(thread);
            answer.Finish.ShouldBe((int)expected.FinishReason);
            answer.PromptTokens.ShouldBe(expected.Usage.PromptTokens);
            answer.AnswerTokens.ShouldBe(expected.Usage.AnswerTokens);
            answer.EvaluatedMs.ShouldBeGreaterThanOrEqualTo(answer.FirstTokenMs);
        }
    }

    [SkippableFact]
    public unsafe void A_stop_string_ends_the_answer()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath);
        var whole = new AnswerCollector();
        whole.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 40 }, out var all).ShouldBe(SlmStatus.Ok);
        all.Finish.ShouldBeOneOf((int)FinishReason.Stop, (int)FinishReason.Length);
        var at = Enumerable.Range(whole.Text.Length / 3, whole.Text.Length / 2).First(i => !whole.Text.AsSpan(i, 4).Contains('\uFFFD'));
        var stopped = new AnswerCollector();
        fixed (byte* stop = NativeBundle.Zero(whole.Text.Substring(at, 4)))
        {
            var list = stop;
            stopped.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 40, Stop = &list, StopCount = 1 }, out var answer).ShouldBe(SlmStatus.Ok);
            answer.Finish.ShouldBe((int)FinishReason.StopString);
        }

        stopped.Text.ShouldBe(whole.Text[..whole.Text.IndexOf(whole.Text.Substring(at, 4), StringComparison.Ordinal)]);
    }

    [SkippableFact]
    public void A_callback_that_returns_another_value_than_zero_ends_the_answer()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath);
        var collector = new AnswerCollector(piece => piece < 3);
        collector.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 60 }, out _).ShouldBe(SlmStatus.Cancelled);
        collector.Pieces.ShouldBe(3);
        Abi.Message().ShouldContain("on_text");
        new AnswerCollector().Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 5 }, out _).ShouldBe(SlmStatus.Ok);
    }

    [SkippableFact]
    public void A_callback_may_call_the_library_itself()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath);
        var alone = new AnswerCollector();
        alone.Generate(native.Handle, "brake worn", new SlmWriteOptions { MaxTokens = 8 }, out _).ShouldBe(SlmStatus.Ok);
        var inner = new AnswerCollector();
        var outer = new AnswerCollector(piece =>
        {
            if (piece == 1)
            {
                inner.Generate(native.Handle, "brake worn", new SlmWriteOptions { MaxTokens = 8 }, out _).ShouldBe(SlmStatus.Ok);
            }

            return true;
        });
        outer.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 20 }, out _).ShouldBe(SlmStatus.Ok);
        outer.Failure.ShouldBeNull();
        inner.Text.ShouldBe(alone.Text);
    }

    [SkippableTheory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public async Task A_document_is_what_the_managed_library_extracts_with_a_buffer_that_fits_and_with_one_that_does_not(EngineChoice engine)
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Extract);
        using var runtime = bundle.Open(engine);
        using var native = new NativeBundle(bundle.FilePath, engine);
        var expected = (await runtime.Extractor.ExtractAsync(Text, new ExtractionOptions { MaxTokens = 60 })).Document.GetRawText();
        Extract(native, new byte[4096], out var needed, out var answer).ShouldBe(expected);
        needed.ShouldBe((nuint)Encoding.UTF8.GetByteCount(expected) + 1);
        answer.AnswerTokens.ShouldBeInRange(1, 60);
        var written = answer.AnswerTokens;

        Extract(native, new byte[3], out needed, out answer).ShouldBe(expected);
        answer.AnswerTokens.ShouldBe(written);
        Extract(native, [], out needed, out _).ShouldBe(expected);
    }

    [SkippableFact]
    public unsafe void A_thread_without_a_document_is_told_so()
    {
        PublishedLibrary.Require();
        SlmStatus status = default;
        var thread = new Thread(() =>
        {
            nuint needed;
            status = Abi.LastDocument(null, 0, &needed);
        });
        thread.Start();
        thread.Join();
        status.ShouldBe(SlmStatus.InvalidArgument);
    }

    [SkippableFact]
    public unsafe void Options_that_cannot_be_are_refused_with_their_name()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath);
        Refused(new SlmWriteOptions { MaxTokens = -1 }, "MaxTokens");
        Refused(new SlmWriteOptions { Temperature = float.NaN }, "temperature");
        Refused(new SlmWriteOptions { DeadlineMs = -5 }, "deadline_ms");
        Refused(new SlmWriteOptions { StopCount = 1 }, "options.stop");
        Refused(new SlmWriteOptions { StopCount = 65 }, "stop_count");

        void Refused(SlmWriteOptions options, string name)
        {
            new AnswerCollector().Generate(native.Handle, Text, options, out _).ShouldBe(SlmStatus.InvalidArgument);
            Abi.Message().ShouldContain(name);
        }
    }

    private static unsafe string Extract(NativeBundle native, byte[] buffer, out nuint needed, out SlmAnswer answer)
    {
        answer = new SlmAnswer { Size = (nuint)sizeof(SlmAnswer) };
        var options = new SlmWriteOptions { Size = (nuint)sizeof(SlmWriteOptions), MaxTokens = 60 };
        fixed (byte* bytes = Encoding.UTF8.GetBytes(Text), room = buffer)
        fixed (SlmAnswer* result = &answer)
        fixed (nuint* wanted = &needed)
        {
            var status = Abi.Extract(native.Handle, bytes, (nuint)Text.Length, &options, 0, room, (nuint)buffer.Length, wanted, result);
            if (buffer.Length >= (int)needed)
            {
                status.ShouldBe(SlmStatus.Ok, Abi.Message());
                return Encoding.UTF8.GetString(buffer, 0, (int)needed - 1);
            }

            status.ShouldBe(buffer.Length == 0 ? SlmStatus.Ok : SlmStatus.BufferTooSmall);
            var second = new byte[needed];
            fixed (byte* place = second)
            {
                nuint again;
                Abi.LastDocument(place, needed, &again).ShouldBe(SlmStatus.Ok);
            }

            return Encoding.UTF8.GetString(second, 0, (int)needed - 1);
        }
    }
}
