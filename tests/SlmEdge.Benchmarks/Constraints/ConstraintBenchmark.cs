using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Benchmarks.Constraints;

/// <summary>
/// Microseconds to mask the whole vocabulary at each token of the same document, by our constraint and by llama.cpp's grammar sampler with a grammar of nearly
/// the same language (it also takes other escapes). Refilling the logits is not counted.
/// </summary>
internal static class ConstraintBenchmark
{
    private const string Schema =
        """{"type":"object","properties":{"part":{"type":"string","maxLength":80},"priority":{"enum":["low","normal","high"]},"count":{"type":"integer","minimum":0,"maximum":999},"notes":{"type":"array","items":{"type":"string"}}},"required":["part","priority","count","notes"]}""";

    private const string Grammar =
        """
        root ::= "{\"part\":" part ",\"priority\":" ("\"low\"" | "\"normal\"" | "\"high\"") ",\"count\":" ("0" | [1-9] [0-9]{0,2}) ",\"notes\":[" (string ("," string)*)? "]}"
        part ::= "\"" char{0,80} "\""
        string ::= "\"" char* "\""
        char ::= [^"\\\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4})
        """;

    private const string Document = """{"part":"hydraulic pump of the left track drive","priority":"high","count":12,"notes":["leaks oil at the shaft seal","replaced twice in 2023"]}""";

    public static void Run(BenchmarkArguments arguments)
    {
        string vocabulary = arguments.Required("vocabulary");
        string? converted = null;
        if (Directory.Exists(vocabulary))
        {
            converted = Path.Combine(Path.GetTempPath(), $"slmedge-{Guid.NewGuid():N}.gguf");
            GgufVocabulary.WriteVocabularyOnly(converted, HuggingFaceTokenizer.Load(vocabulary));
        }

        try
        {
            using LlamaTokenizer tokenizer = LlamaTokenizer.Open(converted ?? vocabulary);
            Measure(tokenizer, arguments.Repetitions);
        }
        finally
        {
            if (converted is not null)
            {
                File.Delete(converted);
            }
        }
    }

    private static void Measure(LlamaTokenizer tokenizer, int repetitions)
    {
        using var schema = JsonDocument.Parse(Schema);
        var watch = Stopwatch.StartNew();
        VocabularyTrie trie = tokenizer.CreateVocabularyTrie();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokenizer.VocabularySize} tokens, trie made in {watch.Elapsed.TotalMilliseconds:F0} ms"));
        watch.Restart();
        JsonSchema parsed = JsonSchema.Parse(schema.RootElement);
        var constraint = new DocumentConstraint(parsed, trie, [tokenizer.EosTokenId]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"schema compiled in {watch.Elapsed.TotalMilliseconds:F1} ms"));
        int[] tokens = tokenizer.Encode(Document);
        var logits = new float[tokenizer.VocabularySize];

        var first = new List<double>();
        Ours(constraint, tokens, logits, first);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int i = 0; i < repetitions; i++)
        {
            Ours(constraint, tokens, logits, ours);
            Theirs(tokenizer, tokens, theirs);
        }

        Console.WriteLine($"{tokens.Length} tokens of the document, {repetitions} rounds; microseconds per token");
        Print("ours, first document", first);
        Print("ours, later documents", ours);
        Print("llama.cpp's grammar", theirs);
    }

    private static void Print(string name, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name,-22} | median {times[times.Count / 2],10:F1} | mean {times.Average(),10:F1} | p90 {times[times.Count * 9 / 10],10:F1} | max {times[^1],10:F1} |"));
    }

    private static void Ours(DocumentConstraint constraint, int[] tokens, float[] logits, List<double> times)
    {
        ITokenConstraint document = constraint.Begin(2000);
        for (int i = 0; i < tokens.Length; i++)
        {
            Array.Clear(logits);
            long start = Stopwatch.GetTimestamp();
            document.Apply(logits, 2000 - i);
            document.Accept(tokens[i]);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            if (logits[tokens[i]] != 0)
            {
                throw new BenchmarkException("our constraint refuses the document");
            }
        }
    }

    private static unsafe void Theirs(LlamaTokenizer tokenizer, int[] tokens, List<double> times)
    {
        nint sampler = LlamaSamplerNative.llama_sampler_init_grammar(tokenizer.Vocabulary, Grammar, "root");
        if (sampler == 0)
        {
            throw new BenchmarkException("llama.cpp refuses the grammar");
        }

        var candidates = new LlamaTokenData[tokenizer.VocabularySize];
        fixed (LlamaTokenData* data = candidates)
        {
            foreach (int token in tokens)
            {
                for (int i = 0; i < candidates.Length; i++)
                {
                    candidates[i] = new LlamaTokenData { Id = i };
                }

                var array = new LlamaTokenDataArray { Data = data, Size = (nuint)candidates.Length, Selected = -1 };
                long start = Stopwatch.GetTimestamp();
                LlamaSamplerNative.llama_sampler_apply(sampler, &array);
                LlamaSamplerNative.llama_sampler_accept_one(sampler, token);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                if (float.IsNegativeInfinity(candidates[token].Logit))
                {
                    throw new BenchmarkException("llama.cpp refuses the document");
                }
            }
        }

        LlamaSamplerNative.llama_sampler_free(sampler);
    }
}
