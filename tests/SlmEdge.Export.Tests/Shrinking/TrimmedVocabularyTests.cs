using FsCheck;
using FsCheck.Fluent;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.Shrinking;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Export.Tests.Shrinking;

/// <summary>The real tokenizer of edge-nano, trimmed to the work orders.</summary>
public sealed class TrimmedVocabularyTests
{
    private static readonly string[] Strangers =
    [
        "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich", "日本語のテキスト、全角", "👩‍🔧 🚜", "\u0000\u0001\t\r\n  ", "नमस्ते दुनिया", "antidisestablishmentarianism", "<|im_start|>",
    ];

    [SkippableFact]
    public void Tokens_of_corpus_texts_map_one_to_one_and_any_text_survives()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string[] corpus = [.. CorpusTexts.Read(Repository.At("samples", "work-orders", "train.jsonl")).Distinct()];
        ShrinkOutcome outcome = ModelShrinker.Shrink(Repository.EdgeNano, folder.At("trimmed"), new ShrinkPlan { Corpus = corpus });
        int[] kept = [.. outcome.KeptTokens!];
        kept.Length.ShouldBeLessThan(outcome.TokensBefore * 3 / 4);
        (kept.Length % VocabularyTrim.Multiple).ShouldBe(0);

        string gguf = folder.At("trimmed.gguf");
        using (ModelWeights weights = ModelWeights.Open(outcome.Directory))
        {
            GgufExporter.Export(weights, gguf, GgufQuantization.F32);
        }

        using BaseTokenizer whole = BaseTokenizer.Open(Repository.EdgeNano);
        using LlamaTokenizer trimmed = LlamaTokenizer.Open(gguf);
        trimmed.VocabularySize.ShouldBe(kept.Length);
        foreach (string text in corpus)
        {
            trimmed.Encode(text).Select(id => kept[id]).ShouldBe(whole.Encode(text), text);
        }

        foreach (string text in Strangers)
        {
            trimmed.Decode(trimmed.Encode(text)).ShouldBe(text);
        }

        Prop.ForAll<NonNull<string>>(text =>
        {
            string valid = new([.. text.Get.Where(c => !char.IsSurrogate(c))]);
            return trimmed.Decode(trimmed.Encode(valid)) == valid;
        }).QuickCheckThrowOnFailure();
    }

    [SkippableFact]
    public void Logits_of_kept_tokens_are_those_of_the_whole_model()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string[] corpus = ["replace worn bucket teeth", "engine will not start"];
        foreach (bool tied in new[] { true, false })
        {
            string name = tied ? "tied" : "untied";
            string model = TinyModel.Write(folder.At(name), TinyModel.Config(tied: tied), seed: 3);
            ShrinkOutcome outcome = ModelShrinker.Shrink(model, folder.At(name + "-trimmed"), new ShrinkPlan { Corpus = corpus });
            int[] kept = [.. outcome.KeptTokens!];
            using BaseTokenizer tokenizer = BaseTokenizer.Open(outcome.Directory);
            int[] tokens = tokenizer.Encode(corpus[0]);
            float[] before = Logits.Torch(model, null, [.. tokens.Select(id => kept[id])]);
            float[] after = Logits.Torch(outcome.Directory, null, tokens);
            float[] expected = [.. Enumerable.Range(0, tokens.Length).SelectMany(row => kept.Select(id => before[(row * TinyModel.Vocabulary) + id]))];
            Logits.Difference(expected, after).ShouldBeLessThan(1e-5);

            string gguf = folder.At(name + ".gguf");
            using (ModelWeights weights = ModelWeights.Open(outcome.Directory))
            {
                GgufExporter.Export(weights, gguf, GgufQuantization.F32);
            }

            Logits.Difference(after, Logits.Llama(gguf, tokens)).ShouldBeLessThan(1e-3);
        }
    }

    [Fact]
    public void Settings_beside_the_vocabulary_get_the_new_ids()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("target"));
        string source = TinyModel.Write(folder.At("source"), TinyModel.Config(layers: 1), seed: 1);
        TokenizerJson tokenizer = TokenizerJson.Load(source);
        int end = tokenizer.AddedTokens[0].Id;
        new GenerationConfig { EosTokenIds = [end, 300], PadTokenId = 299, TopK = 7 }.Save(source);
        int[] kept = VocabularyTrim.Choose(tokenizer, [300, .. TrimmedTokenizerFiles.NamedIds(source)]);
        TrimmedTokenizerFiles.Write(source, folder.At("target"), kept);

        GenerationConfig generation = GenerationConfig.Load(folder.At("target"))!;
        generation.EosTokenIds.Select(id => kept[id]).ShouldBe([end, 300]);
        kept[generation.PadTokenId!.Value].ShouldBe(299);
        generation.TopK.ShouldBe(7);
        TokenizerJson trimmed = TokenizerJson.Load(folder.At("target"));
        trimmed.Vocabulary.ShouldBe(kept.Select(id => tokenizer.Vocabulary[id]));
        trimmed.AddedTokens.Select(token => token.Content).ShouldBe(tokenizer.AddedTokens.Select(token => token.Content));
        trimmed.Merges.ShouldBeSubsetOf(tokenizer.Merges);
    }

    [Fact]
    public void Ids_that_do_not_ascend_or_lose_an_added_token_are_refused()
    {
        using var folder = new TemporaryFolder();
        TokenizerJson tokenizer = TokenizerJson.Load(TinyModel.Write(folder.At("source"), TinyModel.Config(layers: 1), seed: 1));
        Should.Throw<ArgumentException>(() => tokenizer.Keep([3, 2]));
        Should.Throw<ArgumentException>(() => tokenizer.Keep([0, 100_000]));
        Should.Throw<Formats.ModelFormatException>(() => tokenizer.Keep([.. Enumerable.Range(0, tokenizer.Vocabulary.Count).Where(id => id != tokenizer.AddedTokens[0].Id)]))
            .Message.ShouldContain("<|endoftext|>");
    }
}
