using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Export.Tests.Shrinking;

/// <summary>Real tokenizers of both kinds, byte-level and with byte fallback, trimmed to the work orders.</summary>
public sealed class RealVocabularyTests
{
    [SkippableFact]
    public void Every_real_BPE_vocabulary_keeps_the_tokens_of_the_corpus_and_loses_no_text()
    {
        NativeEngines.Require();
        string root = SharedData.Require("data/tokenizers");
        using var folder = new TemporaryFolder();
        string[] corpus = [.. CorpusTexts.Read(Repository.At("samples", "work-orders", "valid.jsonl")).Distinct()];
        string[] strangers = ["Größe 日本語 👩‍🔧", "naïve café\n\n\ttabs", "नमस्ते"];
        int trimmed = 0;
        foreach (string source in Directory.EnumerateDirectories(root).Order().Where(d => File.Exists(Path.Combine(d, "tokenizer.json")) && !File.Exists(Path.Combine(d, "tokenizer.model"))))
        {
            TokenizerJson definition = TokenizerJson.Load(source);
            using LlamaTokenizer whole = Open(definition, TokenizerConfig.Load(source), folder.At("whole.gguf"));
            int[] kept = VocabularyTrim.Choose(definition, corpus.SelectMany(text => whole.Encode(text)));
            using LlamaTokenizer small = Open(definition.Keep(kept), TokenizerConfig.Load(source), folder.At("small.gguf"));
            string name = Path.GetFileName(source);
            kept.Length.ShouldBeLessThan(definition.Vocabulary.Count / 4, name);
            foreach (string text in corpus)
            {
                small.Encode(text).Select(id => kept[id]).ShouldBe(whole.Encode(text), $"{name}: {text}");
            }

            foreach (string text in strangers)
            {
                small.Decode(small.Encode(text)).ShouldBe(whole.Decode(whole.Encode(text)), $"{name}: {text}");
            }

            trimmed++;
        }

        Skip.If(trimmed == 0, "shared/data/tokenizers has no tokenizer.json on this machine");
    }

    private static LlamaTokenizer Open(TokenizerJson tokenizer, TokenizerConfig? config, string path)
    {
        GgufVocabulary.WriteVocabularyOnly(path, tokenizer, config);
        return LlamaTokenizer.Open(path);
    }
}
