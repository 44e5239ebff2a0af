using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SlmEdge.Runtime;
using SlmEdge.Tasks;

namespace SlmEdge.Interop.Tests;

public sealed unsafe class BadArgumentTests
{
    [SkippableFact]
    public void A_null_is_refused_with_its_name_wherever_it_may_not_stand()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        var handle = native.Handle;
        nuint size;
        nint other;
        var decision = new SlmDecision { Size = (nuint)sizeof(SlmDecision) };
        fixed (byte* text = "a dog"u8, path = NativeBundle.Zero(bundle.Path))
        {
            var texts = stackalloc byte*[] { text, null };
            var lengths = stackalloc nuint[] { 5, 5 };
            Refused(Abi.Open(path, null, null), "bundle");
            Refused(Abi.Open(null, null, &other), "path");
            Refused(Abi.Info(handle, null, 0, null), "needed");
            Refused(Abi.Info(handle, null, 5, &size), "buffer");
            Refused(Abi.LabelCount(handle, null), "count");
            Refused(Abi.Label(handle, 0, null, 0, null), "needed");
            Refused(Abi.Label(handle, 0, null, 5, &size), "buffer");
            Refused(Abi.CancelCreate(null), "cancel");
            Refused(Abi.CancelNow(0), "cancel");
            Refused(Abi.Classify(handle, null, 5, 0, &decision, null, 0), "text");
            Refused(Abi.Classify(handle, text, 5, 0, null, null, 0), "decision");
            Refused(Abi.ClassifyMany(handle, null, lengths, 1, 0, &decision, null, 0, null), "texts");
            Refused(Abi.ClassifyMany(handle, texts, lengths, 1, 0, null, null, 0, null), "decisions");
            var two = stackalloc SlmDecision[] { decision, decision };
            Refused(Abi.ClassifyMany(handle, texts, lengths, 2, 0, two, null, 0, &size), "texts[1]");
            size.ShouldBe((nuint)1);
            Refused(Abi.Extract(handle, text, 5, null, 0, null, 0, null, null), "needed");
            Refused(Abi.Generate(handle, text, 5, null, 0, null, null, null), "on_text");
        }

        Abi.Close(0).ShouldBe(SlmStatus.Ok);
        Abi.CancelFree(0).ShouldBe(SlmStatus.Ok);
    }

    [SkippableFact]
    public void Closed_foreign_and_mistaken_handles_are_recognised_without_touching_memory()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var open = new NativeBundle(bundle.Path);
        var closed = new NativeBundle(bundle.Path);
        closed.Dispose();
        nint cancel, freed;
        Abi.CancelCreate(&cancel).ShouldBe(SlmStatus.Ok);
        Abi.CancelCreate(&freed).ShouldBe(SlmStatus.Ok);
        Abi.CancelFree(freed).ShouldBe(SlmStatus.Ok);
        long local = 0;
        foreach (var handle in new nint[] { closed.Handle, cancel, 1, -1, nint.MinValue, nint.MaxValue, open.Handle + 1, (nint)(&local) })
        {
            nuint size;
            var decision = new SlmDecision { Size = (nuint)sizeof(SlmDecision) };
            fixed (byte* text = "a dog"u8)
            {
                var start = text;
                nuint length = 5;
                Invalid(Abi.Classify(handle, text, 5, 0, &decision, null, 0));
                Invalid(Abi.ClassifyMany(handle, &start, &length, 1, 0, &decision, null, 0, null));
                Invalid(Abi.Extract(handle, text, 5, null, 0, null, 0, &size, null));
            }

            Invalid(new AnswerCollector().Generate(handle, "a dog", default, out _));
            Invalid(Abi.Info(handle, null, 0, &size));
            Invalid(Abi.LabelCount(handle, &size));
            Invalid(Abi.Label(handle, 0, null, 0, &size));
            Invalid(Abi.Close(handle));
        }

        foreach (var handle in new[] { freed, open.Handle, 1, -1 })
        {
            Invalid(open.Classify("a dog"u8, out _, [], handle));
            Invalid(Abi.CancelNow(handle));
            Invalid(Abi.CancelFree(handle));
        }

        Abi.CancelFree(cancel).ShouldBe(SlmStatus.Ok);
        open.Classify("a dog"u8, out _, []).ShouldBe(SlmStatus.Ok);
    }

    [SkippableFact]
    public void Room_for_too_few_scores_is_refused_before_anything_is_written()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        var few = new double[] { 7, 7, 7, 7 };
        native.Classify("a dog"u8, out var decision, few).ShouldBe(SlmStatus.BufferTooSmall);
        Abi.Message().ShouldContain("slm_label_count");
        decision.Confidence.ShouldBe(0);
        few.ShouldAllBe(score => score == 7);
        var decisions = new SlmDecision[2];
        Array.Fill(decisions, new SlmDecision { Size = (nuint)sizeof(SlmDecision) });
        native.ClassifyMany(["a dog"u8.ToArray(), "a cat"u8.ToArray()], decisions, new double[9], out _).ShouldBe(SlmStatus.BufferTooSmall);
    }

    [SkippableFact]
    public void Lengths_that_no_memory_has_are_refused()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        var decision = new SlmDecision { Size = (nuint)sizeof(SlmDecision) };
        byte letter = 65;
        var text = &letter;
        Abi.Classify(native.Handle, text, nuint.MaxValue, 0, &decision, null, 0).ShouldBe(SlmStatus.InvalidArgument);
        Abi.ClassifyMany(native.Handle, &text, null, nuint.MaxValue, 0, &decision, null, 0, null).ShouldBe(SlmStatus.InvalidArgument);
    }

    [SkippableFact]
    public void What_cannot_be_opened_says_why()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        var damaged = Path.Combine(bundle.Folder, "damaged.slmb");
        var bytes = File.ReadAllBytes(bundle.Path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(damaged, bytes);
        Opening(Path.Combine(bundle.Folder, "none.slmb"), default).ShouldBe(SlmStatus.BundleError);
        Abi.Message().ShouldContain("none.slmb");
        Opening(damaged, default).ShouldBe(SlmStatus.BundleError);
        Opening("", default).ShouldBe(SlmStatus.InvalidArgument);
        Opening(bundle.Path, new SlmOptions { Engine = 9 }).ShouldBe(SlmStatus.InvalidArgument);
        Opening(bundle.Path, new SlmOptions { LongTexts = 2 }).ShouldBe(SlmStatus.InvalidArgument);
        Opening(bundle.Path, new SlmOptions { Threads = -1 }).ShouldBe(SlmStatus.InvalidArgument);
        Opening(bundle.Path, new SlmOptions { MemoryLimitBytes = ulong.MaxValue }).ShouldBe(SlmStatus.InvalidArgument);
        Opening(bundle.Path, new SlmOptions { MemoryLimitBytes = 1000 }).ShouldBe(SlmStatus.EngineError);
        Opening(bundle.Path, new SlmOptions { Engine = (int)EngineChoice.Onnx }).ShouldBe(SlmStatus.EngineError);
    }

    [SkippableFact]
    public void A_task_of_another_kind_says_which_it_is()
    {
        PublishedLibrary.Require();
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var native = new NativeBundle(bundle.FilePath);
        native.Classify("a dog"u8, out _, []).ShouldBe(SlmStatus.EngineError);
        Abi.Message().ShouldContain("generate", Case.Insensitive);
        nuint count = 5;
        Abi.LabelCount(native.Handle, &count).ShouldBe(SlmStatus.Ok);
        count.ShouldBe((nuint)0);
    }

    [SkippableFact]
    public void A_message_is_cut_to_whole_characters_and_belongs_to_its_thread()
    {
        PublishedLibrary.Require();
        Opening("/nowhere/ééééé.slmb", default).ShouldBe(SlmStatus.BundleError);
        var whole = Encoding.UTF8.GetBytes(Abi.Message());
        for (var capacity = 1; capacity <= whole.Length + 1; capacity++)
        {
            var buffer = new byte[capacity + 1];
            buffer[capacity] = 0xAA;
            fixed (byte* bytes = buffer)
            {
                Abi.LastError(bytes, (nuint)capacity).ShouldBe((nuint)whole.Length + 1);
            }

            buffer[capacity].ShouldBe((byte)0xAA);
            var text = buffer.AsSpan(0, Array.IndexOf(buffer, (byte)0));
            whole.AsSpan().StartsWith(text).ShouldBeTrue();
            text.Length.ShouldBeGreaterThanOrEqualTo(capacity - 2);
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
        }

        var elsewhere = "not asked";
        var thread = new Thread(() => elsewhere = Abi.Message());
        thread.Start();
        thread.Join();
        elsewhere.ShouldBe("");
    }

    [SkippableFact]
    public void Any_bytes_are_decided_as_the_managed_library_decides_their_text_or_refused_as_no_UTF_8()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var runtime = bundle.Open();
        using var native = new NativeBundle(bundle.Path);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Same).QuickCheckThrowOnFailure();
        Same("\0zero inside\0"u8.ToArray());
        Same("🚜 Bagger läuft nicht"u8.ToArray());

        bool Same(byte[] bytes)
        {
            var scores = new double[TinyBundle.Labels.Length];
            var status = native.Classify(bytes, out var decision, scores);
            try
            {
                var expected = ManagedAnswers.Classify(runtime, strict.GetString(bytes))[0];
                return status == SlmStatus.Ok && decision.Confidence.Equals(expected.Confidence) && scores.SequenceEqual(ManagedAnswers.Scores(expected));
            }
            catch (DecoderFallbackException)
            {
                return status == SlmStatus.InvalidArgument;
            }
            catch (InvalidTextException)
            {
                return status == SlmStatus.InvalidText;
            }
        }
    }

    private static SlmStatus Opening(string path, SlmOptions options)
    {
        options.Size = (nuint)sizeof(SlmOptions);
        nint handle = 5;

        // A file that was once checked is not taken from the archive again: no cache of an earlier run may help.
        fixed (byte* bytes = NativeBundle.Zero(path), cache = NativeBundle.Zero(Path.Combine(Path.GetTempPath(), $"slm-no-cache-{Guid.NewGuid():N}")))
        {
            options.CacheDirectory = cache;
            var status = Abi.Open(bytes, &options, &handle);
            handle.ShouldBe(0);
            return status;
        }
    }

    private static void Refused(SlmStatus status, string name)
    {
        status.ShouldBe(SlmStatus.InvalidArgument);
        Abi.Message().ShouldStartWith($"'{name}'");
    }

    private static void Invalid(SlmStatus status) => status.ShouldBe(SlmStatus.InvalidHandle);
}
