using SlmEdge.Tasks;

namespace SlmEdge.Interop.Tests;

public sealed unsafe class CancellationTests
{
    private const string Text = "pump leaks oil at the seal";

    [SkippableFact]
    public void A_switch_that_another_thread_turns_ends_the_call_that_has_it()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath);
        nint cancel;
        Abi.CancelCreate(&cancel).ShouldBe(SlmStatus.Ok);
        var handle = cancel;
        var collector = new AnswerCollector(_ =>
        {
            OnAnotherThread(() => Abi.CancelNow(handle)).ShouldBe(SlmStatus.Ok);
            return true;
        });
        collector.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 60 }, out _, cancel).ShouldBe(SlmStatus.Cancelled);
        collector.Failure.ShouldBeNull();
        collector.Pieces.ShouldBe(1);
        Abi.CancelFree(cancel).ShouldBe(SlmStatus.Ok);
        new AnswerCollector().Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 5 }, out _).ShouldBe(SlmStatus.Ok);
    }

    [SkippableFact]
    public void A_turned_switch_ends_every_call_that_comes()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        nint cancel;
        Abi.CancelCreate(&cancel).ShouldBe(SlmStatus.Ok);
        native.Classify("a dog"u8, out _, [], cancel).ShouldBe(SlmStatus.Ok);
        Abi.CancelNow(cancel).ShouldBe(SlmStatus.Ok);
        Abi.CancelNow(cancel).ShouldBe(SlmStatus.Ok);
        native.Classify("a dog"u8, out _, [], cancel).ShouldBe(SlmStatus.Cancelled);
        var decisions = new[] { new SlmDecision { Size = (nuint)sizeof(SlmDecision) } };
        native.ClassifyMany(["a dog"u8.ToArray()], decisions, [], out _, cancel).ShouldBe(SlmStatus.Cancelled);
        native.Classify("a dog"u8, out _, []).ShouldBe(SlmStatus.Ok);
        Abi.CancelFree(cancel).ShouldBe(SlmStatus.Ok);
    }

    [SkippableFact]
    public void A_switch_that_is_freed_while_a_call_has_it_lets_the_call_go_on()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath);
        var alone = new AnswerCollector();
        alone.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 20 }, out _).ShouldBe(SlmStatus.Ok);
        nint cancel;
        Abi.CancelCreate(&cancel).ShouldBe(SlmStatus.Ok);
        var handle = cancel;
        var collector = new AnswerCollector(piece =>
        {
            if (piece == 1)
            {
                OnAnotherThread(() => Abi.CancelFree(handle)).ShouldBe(SlmStatus.Ok);
                OnAnotherThread(() => Abi.CancelNow(handle)).ShouldBe(SlmStatus.InvalidHandle);
            }

            return true;
        });
        collector.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 20 }, out _, cancel).ShouldBe(SlmStatus.Ok);
        collector.Failure.ShouldBeNull();
        collector.Text.ShouldBe(alone.Text);
    }

    [SkippableFact]
    public void Closing_the_bundle_from_another_thread_answers_the_call_that_runs()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        var native = new NativeBundle(bundle.FilePath);
        var collector = new AnswerCollector(piece =>
        {
            if (piece == 1)
            {
                OnAnotherThread(() => Abi.Close(native.Handle)).ShouldBe(SlmStatus.Ok);
            }

            return true;
        });
        collector.Generate(native.Handle, Text, new SlmWriteOptions { MaxTokens = 200 }, out _).ShouldBe(SlmStatus.InvalidHandle);
        collector.Failure.ShouldBeNull();
        Abi.Close(native.Handle).ShouldBe(SlmStatus.InvalidHandle);
    }

    private static SlmStatus OnAnotherThread(Func<SlmStatus> call)
    {
        SlmStatus status = default;
        var thread = new Thread(() => status = call());
        thread.Start();
        thread.Join();
        return status;
    }
}
