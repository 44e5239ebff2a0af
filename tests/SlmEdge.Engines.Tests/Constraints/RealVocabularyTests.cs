using System.Text;
using System.Text.Json;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Constraints.Grammar;
using SlmEdge.Tasks.Extraction;
using SlmEdge.Tasks.Tests.Constraints;

namespace SlmEdge.Engines.Tests.Constraints;

/// <summary>Published vocabularies: what a mask leaves is what trying every token byte by byte leaves.</summary>
public sealed class RealVocabularyTests : IDisposable
{
    private const int NoLimit = 10_000_000;
    private const int Schemas = 3;
    private const int Places = 6;

    private const string Strings =
        """{"type":"object","properties":{"part":{"type":"string","maxLength":12},"code":{"type":"string","pattern":"^[A-Z]{2}-\\d{3}$"},"note":{"anyOf":[{"type":"string"},{"type":"null"}]},"size":{"type":"number"}},"required":["part","code","note","size"]}""";

    // Characters of one to four bytes, escapes, and more than the vocabularies have as tokens of their own.
    private const string Document = """{"part":"grö🔧\n ab 中","code":"XY-123","note":"\"日本\\ ẞ 🇪🇺 the seal\tleaks","size":-12.5}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("phi-2")]
    [InlineData("qwen2.5")]
    [InlineData("llama-2")]
    [InlineData("phi-3-mini")]
    [InlineData("mistral")]
    public void A_mask_leaves_the_tokens_whose_bytes_may_come_next_under_random_schemas(string name)
    {
        using LlamaTokenizer tokenizer = Open(name);
        VocabularyTrie vocabulary = tokenizer.CreateVocabularyTrie();
        for (int seed = 0, tried = 0; tried < Schemas; seed++)
        {
            if (Parse(new RandomSchema(seed).Next().ToJsonString()) is not { } schema)
            {
                continue;
            }

            tried++;
            var random = new Random(seed);
            Check(schema, vocabulary, tokenizer, (logits, _) =>
            {
                int[] left = [.. Enumerable.Range(0, logits.Length).Where(token => logits[token] == 0 && token != tokenizer.EosTokenId)];
                return left.Length == 0 ? -1 : left[random.Next(left.Length)];
            });
        }
    }

    [SkippableTheory]
    [InlineData("phi-2")]
    [InlineData("qwen2.5")]
    [InlineData("llama-2")]
    [InlineData("phi-3-mini")]
    [InlineData("mistral")]
    public void A_mask_is_right_between_the_bytes_of_a_character_and_close_to_the_end_of_a_string(string name)
    {
        using LlamaTokenizer tokenizer = Open(name);
        VocabularyTrie vocabulary = tokenizer.CreateVocabularyTrie();
        byte[] document = Encoding.UTF8.GetBytes(Document);
        int[] bytes = new int[256];
        for (int token = tokenizer.VocabularySize - 1; token >= 0; token--)
        {
            if (vocabulary.BytesOf(token) is { Length: 1 } single)
            {
                bytes[single[0]] = token;
            }
        }

        // One token a byte where a character is longer than that, so that there are places within characters.
        Check(Parse(Strings)!, vocabulary, tokenizer, (_, at) => at < document.Length ? bytes[document[at]] : -1, document.Length).ShouldBe(document);
    }

    private static byte[] Check(JsonSchema schema, VocabularyTrie vocabulary, LlamaTokenizer tokenizer, Func<float[], int, int> choose, int places = Places)
    {
        var constraint = new DocumentConstraint(schema, vocabulary, [tokenizer.EosTokenId]);
        var automaton = new ByteAutomaton(schema.Grammar(new DocumentOptions()), JsonSchema.MaxNesting, reach: 1, maxStates: 50_000);
        Configuration before = automaton.Start;
        ITokenConstraint document = constraint.Begin(NoLimit);
        var logits = new float[tokenizer.VocabularySize];
        var text = new List<byte>();
        for (int place = 0; place < places && !document.MustEnd; place++)
        {
            Array.Clear(logits);
            document.Apply(logits, NoLimit);
            for (int token = 0; token < logits.Length; token++)
            {
                if (token == tokenizer.EosTokenId)
                {
                    (logits[token] == 0).ShouldBe(document.CanEnd);
                    continue;
                }

                ReadOnlySpan<byte> bytes = vocabulary.BytesOf(token);
                bool fits = bytes.Length > 0 && Step(automaton, before, bytes) != automaton.Dead;
                if ((logits[token] == 0) != fits)
                {
                    Assert.Fail($"token {token} '{Encoding.UTF8.GetString(bytes)}' after '{Encoding.UTF8.GetString([.. text])}' is {(fits ? "refused" : "left")}");
                }
            }

            int chosen = choose(logits, place);
            if (chosen < 0)
            {
                break;
            }

            logits[chosen].ShouldBe(0);
            document.Accept(chosen);
            text.AddRange(vocabulary.BytesOf(chosen));
            before = Step(automaton, before, vocabulary.BytesOf(chosen));
        }

        return [.. text];
    }

    private static Configuration Step(ByteAutomaton automaton, Configuration state, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            state = automaton.Step(state, value);
        }

        return state;
    }

    private static JsonSchema? Parse(string text)
    {
        using var json = JsonDocument.Parse(text);
        try
        {
            return JsonSchema.Parse(json.RootElement);
        }
        catch (SlmEdge.Tasks.TaskDefinitionException)
        {
            return null; // A schema without documents.
        }
    }

    private LlamaTokenizer Open(string name)
    {
        NativeEngines.Require();
        string path = _folder.File("vocabulary.gguf");
        GgufVocabulary.WriteVocabularyOnly(path, HuggingFaceTokenizer.Load(SharedData.Require($"data/tokenizers/{name}")));
        return LlamaTokenizer.Open(path);
    }
}
