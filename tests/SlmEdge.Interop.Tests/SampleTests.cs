using System.Globalization;
using SlmEdge.Engines.Sampling;
using SlmEdge.Interop.Tests.Programs;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;

namespace SlmEdge.Interop.Tests;

public sealed class SampleTests
{
    private const string Text = "pump leaks oil at the seal";

    [SkippableTheory]
    [InlineData("c")]
    [InlineData("cpp")]
    [InlineData("python")]
    public void A_sample_classifies_with_the_bits_of_the_managed_library(string language)
    {
        using var sample = new Sample(language, "classify");
        using var bundle = TinyBundle.Create(abstainBelow: 0.4);
        using var runtime = bundle.Open();
        var expected = ManagedAnswers.Classify(runtime, [.. TinyBundle.Texts]);
        var lines = sample.Run(["classify", bundle.Path, .. TinyBundle.Texts]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(expected.Count);
        for (var i = 0; i < lines.Length; i++)
        {
            var cells = lines[i].Split('\t');
            cells[0].ShouldBe(expected[i].Label ?? "-");
            var numbers = cells[1..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray();
            numbers[0].ShouldBeBits(expected[i].Confidence);
            numbers[1..].ShouldBe(ManagedAnswers.Scores(expected[i]));
        }
    }

    [SkippableTheory]
    [InlineData("c")]
    [InlineData("cpp")]
    [InlineData("python")]
    public async Task A_sample_extracts_the_document_of_the_managed_library(string language)
    {
        using var sample = new Sample(language, "write");
        using var bundle = new WritingBundle(TaskKind.Extract);
        using var runtime = bundle.Open();
        var expected = await runtime.Extractor.ExtractAsync(Text);
        sample.Run(["extract", bundle.FilePath, Text]).ShouldBe(expected.Document.GetRawText() + "\n");
    }

    [SkippableTheory]
    [InlineData("c")]
    [InlineData("cpp")]
    [InlineData("python")]
    public async Task A_sample_writes_the_answer_of_the_managed_library_and_stops_where_it_is_asked_to(string language)
    {
        using var sample = new Sample(language, "write");
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        var expected = await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 40, Sampling = SamplingOptions.Greedy });
        sample.Run(["generate", bundle.FilePath, Text]).ShouldBe(expected.Text);
        var stopped = sample.Run(["generate", bundle.FilePath, Text, "2"]);
        expected.Text.ShouldStartWith(stopped);
        stopped.Length.ShouldBeInRange(1, expected.Text.Length - 1);
    }

    [SkippableTheory]
    [InlineData("c")]
    [InlineData("cpp")]
    [InlineData("python")]
    public void A_sample_says_what_the_library_says_about_a_missing_bundle(string language)
    {
        using var sample = new Sample(language, "classify");
        var (code, _, errors) = sample.Start(["classify", "/nowhere/none.slmb", "a dog"]);
        code.ShouldBe(1);
        errors.ShouldContain("none.slmb");
    }

    /// <summary>The sample of a language, built as the documentation says.</summary>
    private sealed class Sample : IDisposable
    {
        private readonly NativeProgram? program;
        private readonly bool verb = true;

        public Sample(string language, string part)
        {
            switch (language)
            {
                case "c":
                    program = new NativeProgram($"samples/interop/c/{part}.c");
                    verb = part == "write";
                    break;
                case "cpp":
                    program = new NativeProgram("samples/interop/cpp/decide.cpp");
                    break;
                default:
                    PublishedLibrary.Require();
                    NativeProgram.Require("python3");
                    break;
            }
        }

        public string Run(string[] arguments)
        {
            var (code, output, errors) = Start(arguments);
            code.ShouldBe(0, errors);
            return output;
        }

        public (int Code, string Output, string Errors) Start(string[] arguments) => program is not null
            ? NativeProgram.Run(program.FilePath, verb ? arguments : arguments[1..])
            : NativeProgram.Run(NativeProgram.Require("python3"), [Repository.PathOf("samples/interop/python/slmedge.py"), PublishedLibrary.Require(), .. arguments]);

        public void Dispose() => program?.Dispose();
    }
}
