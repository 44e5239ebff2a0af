using System.Text;
using SlmEdge.Runtime;
using SlmEdge.Tasks;

namespace SlmEdge.Interop.Tests;

/// <summary>What a caller is told when there is more to do than may wait, or than can be begun in time. The engines cannot be held still, so a question is put again until it meets one at work.</summary>
public sealed unsafe class BusyTests
{
    private const string Text = "pump leaks oil at the seal";
    private const int Rounds = 50;
    private const int LongList = 5000;

    [SkippableFact]
    public void A_text_that_finds_the_queue_full_is_answered_with_busy_and_the_next_one_is_decided()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path, queueCapacity: 1, batchTexts: 1);
        string? said = null;
        for (var round = 0; round < Rounds && said is null; round++)
        {
            said = AskBesideAList(native);
        }

        said.ShouldNotBeNull("no text ever found the queue full");
        said.ShouldContain("queue");
        native.Classify("a dog"u8, out _, []).ShouldBe(SlmStatus.Ok, Abi.Message());
    }

    [SkippableTheory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public void An_answer_that_could_not_begin_before_its_deadline_is_not_written(EngineChoice engine)
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath, engine, batchTexts: 1);
        string? said = null;
        for (var round = 0; round < Rounds && said is null; round++)
        {
            var late = new AnswerCollector();
            var lateStatus = SlmStatus.Ok;
            var lateMessage = "";

            // The engine goes on with the first answer while this callback waits for the second.
            var first = new AnswerCollector(_ =>
            {
                var thread = new Thread(() =>
                {
                    lateStatus = late.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 1, DeadlineMs = 1 }, out var _);
                    lateMessage = Abi.Message();
                });
                thread.Start();
                thread.Join();
                return false;
            });
            first.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 200 }, out _).ShouldBe(SlmStatus.Cancelled, Abi.Message());
            first.Failure.ShouldBeNull();
            if (lateStatus != SlmStatus.Ok)
            {
                lateStatus.ShouldBe(SlmStatus.Busy, lateMessage);
                late.Pieces.ShouldBe(0);
                said = lateMessage;
            }
        }

        said.ShouldNotBeNull("no answer ever missed its deadline");
        said.ShouldContain("1 ms");
        new AnswerCollector().Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 1, DeadlineMs = int.MaxValue }, out _).ShouldBe(SlmStatus.Ok, Abi.Message());
    }

    // The list takes every place that becomes free until it is cancelled. A list that cannot even begin is told the same as a text.
    private static string? AskBesideAList(NativeBundle native)
    {
        nint cancel;
        Abi.CancelCreate(&cancel).ShouldBe(SlmStatus.Ok);
        var handle = cancel;
        var texts = Enumerable.Repeat(Encoding.UTF8.GetBytes("a dog"), LongList).ToArray();
        var decisions = Enumerable.Repeat(new SlmDecision { Size = (nuint)sizeof(SlmDecision) }, LongList).ToArray();
        var listStatus = SlmStatus.Ok;
        var listMessage = "";
        var list = new Thread(() =>
        {
            listStatus = native.ClassifyMany(texts, decisions, [], out var _, handle);
            listMessage = Abi.Message();
        });
        list.Start();
        string? said = null;
        while (said is null && list.IsAlive)
        {
            var status = native.Classify("a dog"u8, out _, []);
            status.ShouldBeOneOf(SlmStatus.Ok, SlmStatus.Busy);
            said = status == SlmStatus.Busy ? Abi.Message() : null;
        }

        Abi.CancelNow(cancel).ShouldBe(SlmStatus.Ok);
        list.Join();
        Abi.CancelFree(cancel).ShouldBe(SlmStatus.Ok);
        listStatus.ShouldBeOneOf(SlmStatus.Ok, SlmStatus.Cancelled, SlmStatus.Busy);
        return said ?? (listStatus == SlmStatus.Busy ? listMessage : null);
    }
}
