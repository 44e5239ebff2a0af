using System.Text.Json;
using System.Text.Json.Nodes;
using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.EndToEnd.Tests.Peers;

/// <summary>
/// Every word pattern that we recognise, over a real vocabulary (Phi-2's): libllama under the name that we choose against Hugging Face's tokenizers with the
/// pattern itself.
/// </summary>
public sealed class PreTokenizerPeerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableTheory]
    [InlineData(PreTokenizerKind.Gpt2, false)]
    [InlineData(PreTokenizerKind.Qwen2, false)]
    [InlineData(PreTokenizerKind.Qwen35, false)]
    [InlineData(PreTokenizerKind.Llama3, false)]
    [InlineData(PreTokenizerKind.Llama3, true)]
    [InlineData(PreTokenizerKind.SmolLm, false)]
    [InlineData(PreTokenizerKind.Gpt4o, false)]
    [InlineData(PreTokenizerKind.Tekken, true)]
    public void Libllama_cuts_words_as_Hugging_Face_does(PreTokenizerKind kind, bool ignoreMerges)
    {
        WriteTokenizer(kind, ignoreMerges);
        GgufVocabulary.WriteVocabularyOnly(folder.Combine("vocabulary.gguf"), HuggingFaceTokenizer.Load(folder.Path));
        using var tokenizer = LlamaTokenizer.Open(folder.Combine("vocabulary.gguf"));
        var theirs = NodeScript.Run<Encoded[]>("tokenize.mjs", "@huggingface/tokenizers", JsonSerializer.Serialize(NastyTexts.All), folder.Path);
        var different = NastyTexts.All.Where((text, i) => !tokenizer.Encode(text).SequenceEqual(theirs[i].Ids)).ToArray();
        different.ShouldBe([]);
    }

    private void WriteTokenizer(PreTokenizerKind kind, bool ignoreMerges)
    {
        var source = SharedData.Require("data/tokenizers/phi-2");
        var definition = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "tokenizer.json")))!.AsObject();
        TokenizerJson.Create(["<end>", "a"], [], [], kind).Save(folder.Combine("pattern.json"));
        definition["pre_tokenizer"] = JsonNode.Parse(File.ReadAllText(folder.Combine("pattern.json")))!["pre_tokenizer"]!.DeepClone();
        definition["model"]!["ignore_merges"] = ignoreMerges;
        folder.Write("tokenizer.json", definition.ToJsonString());
        File.Copy(Path.Combine(source, "tokenizer_config.json"), folder.Combine("tokenizer_config.json"));
    }

    private sealed record Encoded(int[] Ids, string Text);
}
