using System.Text;
using System.Text.Json;
using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.EndToEnd.Tests.Peers;

/// <summary>Published tokenizers, converted by us and read by libllama, give the ids of the programs that define them.</summary>
public sealed class RealTokenizerTests : IDisposable
{
    private const int ControlToken = 3;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableTheory]
    [InlineData("phi-2", false)]
    [InlineData("qwen2.5", false)]
    [InlineData("llama-2", true)]
    [InlineData("phi-3-mini", true)]
    public void Ids_and_texts_are_those_of_Hugging_Faces_tokenizers(string name, bool addsSpace)
    {
        var source = SharedData.Require($"data/tokenizers/{name}");
        using var tokenizer = Convert(source, out var controls);
        string[] texts = [.. NastyTexts.All, .. NastyTexts.Decomposed, .. NastyTexts.LookAlikes];
        var theirs = NodeScript.Run<Encoded[]>(
            "tokenize.mjs", "@huggingface/tokenizers", JsonSerializer.Serialize(texts), InTokenizerJson(source), JsonSerializer.Serialize(controls));
        for (var i = 0; i < texts.Length; i++)
        {
            var ids = tokenizer.Encode(texts[i]);
            ids.ShouldBe(theirs[i].Ids, JsonSerializer.Serialize(texts[i]));
            ids.ShouldAllBe(id => !controls.Contains(tokenizer.GetTokenText(id)));
            var composed = name == "qwen2.5" ? SlmEdge.Tasks.Data.CanonicalComposition.Compose(texts[i]) : texts[i];
            tokenizer.Decode(ids).ShouldBe(addsSpace ? " " + composed.Replace('\u2581', ' ') : composed);
        }
    }

    [SkippableFact]
    public void Ids_and_texts_of_Mistrals_model_are_those_of_SentencePiece()
    {
        var source = SharedData.Require("data/tokenizers/mistral");
        using var tokenizer = Convert(source, out _);
        string[] texts = [.. NastyTexts.All, .. NastyTexts.Decomposed, .. NastyTexts.LookAlikes];
        var theirs = PythonScript.Run<Encoded[]>(
            "sentencepiece_ids.py", "sentencepiece", "python3-sentencepiece", JsonSerializer.Serialize(texts), Path.Combine(source, "tokenizer.model"));
        for (var i = 0; i < texts.Length; i++)
        {
            var ids = tokenizer.Encode(texts[i]);
            ids.ShouldBe(theirs[i].Ids, JsonSerializer.Serialize(texts[i]));
            tokenizer.Decode(ids).ShouldBe(" " + texts[i].Replace('\u2581', ' '));
        }
    }

    /// <summary>The samples that llama.cpp's makers had transformers tokenise (models/ggml-vocab-*.gguf.inp and .out).</summary>
    [SkippableTheory]
    [InlineData("llama-2", "llama-spm")]
    [InlineData("phi-3-mini", "phi-3")]
    [InlineData("qwen2.5", "qwen2")]
    public void Ids_are_those_that_transformers_gave_for_llama_cpps_samples(string name, string samples)
    {
        var models = Path.Combine(LlamaSources.Require(), "models");
        using var tokenizer = Convert(SharedData.Require($"data/tokenizers/{name}"), out _);
        var texts = File.ReadAllText(Path.Combine(models, $"ggml-vocab-{samples}.gguf.inp"), Encoding.UTF8).Split("\n__ggml_vocab_test__\n");
        var ids = File.ReadAllLines(Path.Combine(models, $"ggml-vocab-{samples}.gguf.out"));
        texts.Length.ShouldBeGreaterThan(40);
        for (var i = 0; i < texts.Length; i++)
        {
            string.Join(' ', tokenizer.Encode(texts[i])).ShouldBe(i < ids.Length ? ids[i].Trim() : string.Empty, JsonSerializer.Serialize(texts[i]));
        }
    }

    [SkippableFact]
    public void A_token_of_a_template_takes_the_white_space_after_it_as_in_Hugging_Faces_tokenizers()
    {
        var source = SharedData.Require("data/tokenizers/phi-3-mini");
        using var tokenizer = Convert(source, out _);
        string[] texts = ["<|user|>\nReplace the hose<|end|>\n<|assistant|>\n", "<|system|> \t\n x <|end|>  <|user|>y", "a<|end|>b"];
        var theirs = NodeScript.Run<Encoded[]>("tokenize.mjs", "@huggingface/tokenizers", JsonSerializer.Serialize(texts), source);
        for (var i = 0; i < texts.Length; i++)
        {
            tokenizer.Encode(texts[i], parseSpecial: true).ShouldBe(theirs[i].Ids, texts[i]);
        }
    }

    [SkippableFact]
    public void Bulk_encoding_prepares_text_as_single_encoding_does()
    {
        using var tokenizer = Convert(SharedData.Require("data/tokenizers/qwen2.5"), out _);
        var buffer = new int[4];
        foreach (var text in (string[])[.. NastyTexts.All, .. NastyTexts.Decomposed])
        {
            var count = tokenizer.Encode(Encoding.UTF8.GetBytes(text), ref buffer);
            buffer[..count].ShouldBe(tokenizer.Encode(text));
        }
    }

    private LlamaTokenizer Convert(string source, out HashSet<string> controls)
    {
        var vocabulary = folder.Combine("vocabulary.gguf");
        GgufVocabulary.WriteVocabularyOnly(vocabulary, HuggingFaceTokenizer.Load(source));
        using var file = GgufFile.Open(vocabulary);
        var tokens = file.Metadata["tokenizer.ggml.tokens"].AsStrings();
        var types = file.Metadata["tokenizer.ggml.token_type"].AsInt32s();
        controls = [.. tokens.Where((_, id) => types[id] == ControlToken)];

        // libllama makes this one a control token by its text.
        controls.Add("</s>");
        return LlamaTokenizer.Open(vocabulary);
    }

    // The library reads no other layout; for vocab.json with merges.txt this is our reading of it, which the samples of llama.cpp check.
    private string InTokenizerJson(string source)
    {
        if (File.Exists(Path.Combine(source, "tokenizer.json")))
        {
            return source;
        }

        HuggingFaceTokenizer.Load(source).Json!.Save(folder.Combine("tokenizer.json"));
        File.Copy(Path.Combine(source, "tokenizer_config.json"), folder.Combine("tokenizer_config.json"), overwrite: true);
        return folder.Path;
    }

    private sealed record Encoded(int[] Ids, string Text);
}
