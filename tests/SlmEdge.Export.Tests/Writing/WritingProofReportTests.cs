using SlmEdge.Export.Proof;
using SlmEdge.Export.Writing;
using SlmEdge.Tasks;

namespace SlmEdge.Export.Tests.Writing;

public sealed class WritingProofReportTests
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 40).Select(i => $"<img src=x> RPL HYD HOSE {i}, leaking at the pump & dripping on the floor of bay {i % 7}")];
    private static readonly string[] References = [.. Enumerable.Range(0, 40).Select(i => $"replace hydraulic hose {i}")];

    [Theory]
    [InlineData("generate", "ROUGE-L")]
    [InlineData("extract", "field F1")]
    [InlineData("chat", "ROUGE-L")]
    public void Report_names_no_outside_resource_and_escapes_what_comes_from_data(string kind, string measure)
    {
        string html = WritingProofReport.Render(Proof(kind));
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        html.ShouldNotContain("<i>title");
        html.ShouldNotContain("http");
        html.ShouldNotContain("NaN");
        html.ShouldContain("&lt;img src=x&gt; RPL");
        html.ShouldContain("recommended");
        html.ShouldContain(measure);
        html.ShouldContain("replace the hose, please 1");
        System.Xml.Linq.XDocument.Parse(html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)]).Root!.Name.LocalName.ShouldBe("svg");
    }

    [Fact]
    public void A_file_that_writes_what_the_trained_model_writes_has_nothing_to_show()
    {
        WritingProof proof = Proof("generate");
        WritingProofReport.Render(proof with { Recommended = proof.Reference }).ShouldContain("<p>Nothing.</p>");
    }

    private static WritingProof Proof(string kind)
    {
        TaskDefinition task = TaskDefinition.Parse(kind == "extract"
            ? """{ "name": "<script>alert(1)</script>", "kind": "extract", "instruction": "i", "schema": { "type": "object", "properties": { "part": { "type": "string" } } } }"""
            : $$"""{ "name": "<script>alert(1)</script>", "kind": "{{kind}}", "instruction": "i" }""");
        WritingStageResult reference = Stage("adapter", "libtorch", "fp32", null, wrong: 3, size: 22_000_000);
        WritingStageResult shipped = Stage("gguf q8_0", "llama.cpp", "q8_0", "gguf/model-q8_0.gguf", wrong: 5, size: 6_059_552, changed: 2);
        WritingStageResult[] stages =
        [
            Stage("base", "libtorch", "fp32", null, wrong: 40, size: 22_000_000, changed: 40),
            reference,
            Stage("merged", "libtorch", "fp32", null, wrong: 3, size: 22_000_000, changed: 0),
            shipped,
            Stage("onnx int4", "onnxruntime", "int4", "onnx/model.onnx", wrong: 9, size: 4_561_920, changed: 6),
        ];
        return new WritingProof("<i>title", task, "data/test.jsonl", [.. Texts.Select((text, i) => i == 3 ? null : text)], References, stages, reference, shipped, DateTime.UnixEpoch, "machine");
    }

    private static WritingStageResult Stage(string name, string engine, string precision, string? file, int wrong, long size, int? changed = null)
    {
        string[] answers = [.. References.Select((reference, row) => row < wrong ? $"replace the hose, please {row}" : reference)];
        return new WritingStageResult(
            new StageDefinition(name, engine, precision, size, file, () => throw new InvalidOperationException()),
            answers,
            [.. answers.Select((_, row) => row > 0 || wrong < 40)],
            1 - (wrong / 40.0),
            1 - (wrong / 80.0),
            changed,
            12.5) { EngineDescription = $"{engine} 1.0, AVX2, 1 threads" };
    }
}
