using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using SlmEdge.Interop.Tests.Programs;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Interop.Tests;

public sealed unsafe partial class StructureTests
{
    [SkippableFact]
    public void The_C_compiler_and_the_library_agree_on_every_size_place_and_constant()
    {
        using var program = new NativeProgram("tests/SlmEdge.Interop.Tests/Programs/layout.c", library: "");
        string[] expected =
        [
            .. Layout<SlmOptions>("slm_options"),
            .. Layout<SlmDecision>("slm_decision"),
            .. Layout<SlmWriteOptions>("slm_write_options"),
            .. Layout<SlmAnswer>("slm_answer"),
            .. Enum.GetValues<SlmStatus>().Select(status => $"SLM_{Snake(status.ToString()).ToUpperInvariant()} {(int)status}"),
            .. Enum.GetValues<EngineChoice>().Select(engine => $"SLM_ENGINE_{Snake(engine.ToString()).ToUpperInvariant()} {(int)engine}"),
            $"SLM_LONG_TEXTS_REFUSE {(int)LongTextPolicy.Refuse}",
            $"SLM_LONG_TEXTS_CUT {(int)LongTextPolicy.Truncate}",
            .. Enum.GetValues<FinishReason>().Select(finish => $"SLM_FINISH_{Snake(finish.ToString()).ToUpperInvariant()} {(int)finish}"),
        ];
        var printed = program.Output().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        printed[..^1].ShouldBe(expected);
        printed[^1].ShouldBe($"SLM_ABI_VERSION {Version()}");
    }

    [Fact]
    public void The_newest_size_of_each_structure_is_that_of_the_structure()
    {
        StructureSizes.Options[^1].ShouldBe(sizeof(SlmOptions));
        StructureSizes.Decision[^1].ShouldBe(sizeof(SlmDecision));
        StructureSizes.WriteOptions[^1].ShouldBe(sizeof(SlmWriteOptions));
        StructureSizes.Answer[^1].ShouldBe(sizeof(SlmAnswer));
    }

    [SkippableFact]
    public void A_program_of_the_first_version_is_served_and_nothing_behind_its_structures_is_touched()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        var options = stackalloc byte[sizeof(SlmOptions)];
        new Span<byte>(options, sizeof(SlmOptions)).Fill(0xEE); // What lies behind would be an absurd file, limit and policy.
        new Span<byte>(options, 32).Clear();
        ((SlmOptions*)options)->Size = 32;
        ((SlmOptions*)options)->Threads = 1;
        var decisions = stackalloc byte[100];
        new Span<byte>(decisions, 100).Fill(0xEE);
        *(nuint*)decisions = 32;
        *(nuint*)(decisions + 32) = 32;
        nint handle;
        fixed (byte* path = NativeBundle.Zero(bundle.Path), cache = NativeBundle.Zero(bundle.Cache), text = "a dog"u8)
        {
            ((SlmOptions*)options)->CacheDirectory = cache;
            Abi.Open(path, options, &handle).ShouldBe(SlmStatus.Ok, Abi.Message());
            try
            {
                Abi.Classify(handle, text, 5, 0, decisions, null, 0).ShouldBe(SlmStatus.Ok);
                ((SlmDecision*)decisions)->Confidence.ShouldBeInRange(0.2, 1);
                new ReadOnlySpan<byte>(decisions + 40, 60).ToArray().ShouldAllBe(value => value == 0xEE);
                var first = ((SlmDecision*)decisions)->Confidence;
                var texts = stackalloc byte*[] { text, text };
                var lengths = stackalloc nuint[] { 5, 5 };
                Abi.ClassifyMany(handle, texts, lengths, 2, 0, decisions, null, 0, null).ShouldBe(SlmStatus.Ok);
                ((SlmDecision*)(decisions + 32))->Confidence.ShouldBeBits(first);
                new ReadOnlySpan<byte>(decisions + 64, 36).ToArray().ShouldAllBe(value => value == 0xEE);
                (*(nuint*)decisions, *(nuint*)(decisions + 32)).ShouldBe(((nuint)32, (nuint)32));
            }
            finally
            {
                Abi.Close(handle);
            }
        }
    }

    [SkippableFact]
    public void A_program_of_a_later_version_is_served_unless_it_asks_for_what_is_not_known()
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        var options = stackalloc byte[80];
        new Span<byte>(options, 80).Clear();
        ((SlmOptions*)options)->Size = 80;
        nint handle;
        fixed (byte* path = NativeBundle.Zero(bundle.Path), cache = NativeBundle.Zero(bundle.Cache))
        {
            ((SlmOptions*)options)->CacheDirectory = cache;
            Abi.Open(path, options, &handle).ShouldBe(SlmStatus.Ok, Abi.Message());
            Abi.Close(handle).ShouldBe(SlmStatus.Ok);
            options[79] = 1;
            Abi.Open(path, options, &handle).ShouldBe(SlmStatus.InvalidArgument);
            Abi.Message().ShouldContain("does not know");
        }
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(55)]
    [InlineData(5000)]
    [InlineData(-1)]
    public void A_size_that_no_version_has_is_refused(int size)
    {
        PublishedLibrary.Require();
        using var bundle = TinyBundle.Create();
        using var native = new NativeBundle(bundle.Path);
        var decision = new SlmDecision { Size = (nuint)size };
        nint handle;
        var options = new SlmOptions { Size = (nuint)size };
        fixed (byte* path = NativeBundle.Zero(bundle.Path), text = "a dog"u8)
        {
            Abi.Classify(native.Handle, text, 5, 0, &decision, null, 0).ShouldBe(SlmStatus.InvalidArgument);
            Abi.Message().ShouldContain("sizeof");
            Abi.Open(path, &options, &handle).ShouldBe(SlmStatus.InvalidArgument);
            var two = stackalloc SlmDecision[] { new SlmDecision { Size = (nuint)sizeof(SlmDecision) }, decision };
            var texts = stackalloc byte*[] { text, text };
            var lengths = stackalloc nuint[] { 5, 5 };
            Abi.ClassifyMany(native.Handle, texts, lengths, 2, 0, two, null, 0, null).ShouldBe(SlmStatus.InvalidArgument);
            Abi.Message().ShouldContain("decisions[1].size");
        }
    }

    private static int Version()
    {
        PublishedLibrary.Require();
        return Abi.Version();
    }

    private static IEnumerable<string> Layout<T>(string name)
        where T : unmanaged =>
        typeof(T).GetFields().Select(field => $"{name}.{Snake(field.Name)} {Marshal.OffsetOf<T>(field.Name)} {SizeOf(field.FieldType)}").Prepend($"{name} {sizeof(T)}");

    private static int SizeOf(Type type) => type.IsPointer || type == typeof(nuint) ? sizeof(nuint) : Marshal.SizeOf(type);

    private static string Snake(string name) => Capital().Replace(name, "_$1").ToLowerInvariant();

    [GeneratedRegex("(?<!^)([A-Z])")]
    private static partial Regex Capital();
}
