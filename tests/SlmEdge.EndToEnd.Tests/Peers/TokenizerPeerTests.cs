using System.Text.Json;
using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.EndToEnd.Tests.Peers;

/// <summary>Hugging Face's tokenizers library and libllama over our GGUF vocabulary give the same ids.</summary>
[Collection(WholePathCollection.Name)]
public sealed class TokenizerPeerTests(WholePath path) : IDisposable
{
    private static readonly string[] Texts =
    [
        "Replace the hydraulic hose on the LH boom cylinder.",
        "  leading, trailing and   many    spaces  ",
        "tabs\tand\nnew lines\r\n\r\nand\n\n\nmore",
        "don't can't we'll I'M THEY'RE it'D",
        "12345 3.14 1,000,000 07:45 24 V 350 bar 118 °C ½ ²",
        "Größe, naïve façade, œuvre, Łódź, İstanbul, ığüşöç, ß",
        "Гидравлический насос течёт",
        "油圧ホースが破裂しました。液压泵漏油",
        "مضخة هيدروليكية تسرب הדלק דולף",
        "हाइड्रोलिक पंप लीक हो रहा है",
        "한국어 유압 펌프 누유",
        "emoji 🔧🛠️👩‍🔧 🇹🇷 family 👨‍👩‍👧‍👦",
        "combining e\u0301 a\u0308 and precomposed é ä",
        "zero\u200Bwidth\u00A0nbsp\u2003em space",
        "\"quotes\" (brackets) [square] {curly} <angle> a/b\\c a_b-c a@b #tag $5 50% x^2 ~ `code`",
        "return x!=y&&z||w; // ===== -->",
        "a", " ", "\n", ".",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public void The_tokenizer_that_we_train_gives_Hugging_Faces_ids() => Compare(path.Base.Model);

    [SkippableFact]
    public void The_tokenizer_of_edge_nano_gives_Hugging_Faces_ids()
    {
        var model = RepositoryRoot.Combine("models", "edge-nano");
        Skip.IfNot(File.Exists(Path.Combine(model, "tokenizer.json")), "models/edge-nano has no tokenizer.json in this checkout");
        Compare(model);
    }

    private void Compare(string model)
    {
        var vocabulary = folder.Combine("vocabulary.gguf");
        GgufVocabulary.WriteVocabularyOnly(vocabulary, TokenizerJson.Load(model), TokenizerConfig.Load(model));
        using var tokenizer = LlamaTokenizer.Open(vocabulary);
        var theirs = NodeScript.Run<Encoded[]>("tokenize.mjs", "@huggingface/tokenizers", JsonSerializer.Serialize(Texts), model);
        theirs.Length.ShouldBe(Texts.Length);
        for (var i = 0; i < Texts.Length; i++)
        {
            var ids = tokenizer.Encode(Texts[i]);
            ids.ShouldBe(theirs[i].Ids, Texts[i]);
            tokenizer.Decode(ids).ShouldBe(Texts[i]);
        }
    }

    private sealed record Encoded(int[] Ids, string Text);
}
