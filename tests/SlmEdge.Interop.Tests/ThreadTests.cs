using System.Collections.Concurrent;
using System.Text;

namespace SlmEdge.Interop.Tests;

public sealed unsafe class ThreadTests
{
    [SkippableFact]
    public void Eight_threads_on_one_bundle_get_the_bits_that_one_gets_and_leave_no_handle_open()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var runtime = bundle.Open();
        var expected = ManagedAnswers.Classify(runtime, [.. TinyBundle.Texts]).Select(ManagedAnswers.Scores).ToArray();
        var before = Abi.OpenHandles();
        var problems = new ConcurrentQueue<string>();
        using (var native = new NativeBundle(bundle.Path))
        {
            var threads = Enumerable.Range(0, 8).Select(number => new Thread(() =>
            {
                for (var round = 0; round < 20; round++)
                {
                    var text = (number + round) % TinyBundle.Texts.Count;
                    nint cancel;
                    Abi.CancelCreate(&cancel);
                    var scores = new double[TinyBundle.Labels.Length];
                    var status = native.Classify(Encoding.UTF8.GetBytes(TinyBundle.Texts[text]), out _, scores, cancel);
                    Abi.CancelFree(cancel);
                    if (status != SlmStatus.Ok || !scores.SequenceEqual(expected[text]))
                    {
                        problems.Enqueue($"thread {number}, round {round}: {status} {Abi.Message()}");
                    }
                }
            })).ToArray();
            foreach (var thread in threads)
            {
                thread.Start();
            }

            foreach (var thread in threads)
            {
                thread.Join();
            }

            problems.ShouldBeEmpty();
            Abi.OpenHandles().ShouldBe(before + 1);
        }

        Abi.OpenHandles().ShouldBe(before);
    }
}
