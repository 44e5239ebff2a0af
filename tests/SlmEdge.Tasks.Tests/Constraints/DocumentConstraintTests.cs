using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Tasks.Tests.Constraints;

/// <summary>Whatever is chosen among the tokens that are left, a valid document comes out, within the budget.</summary>
public sealed class DocumentConstraintTests
{
    [Property(MaxTest = 250)]
    public void Random_choices_under_random_schemas_give_valid_documents_within_the_budget(int seed)
    {
        if (Written(seed, out JsonSchema? schema) is not { } documents)
        {
            return;
        }

        foreach (string text in documents)
        {
            using var document = JsonDocument.Parse(text);
            schema!.FindViolation(document.RootElement).ShouldBeNull(text);
        }
    }

    [SkippableFact]
    public void Documents_are_valid_for_another_implementation_too()
    {
        var cases = new List<object>();
        for (int seed = 1000; seed < 1400; seed++)
        {
            JsonObject schema = new RandomSchema(seed).Next();
            if (Written(seed, out _) is { } documents)
            {
                cases.Add(new { schema, documents });
            }
        }

        cases.Count.ShouldBeGreaterThan(200);
        PeerProgram.Python("schema_peer.py", "jsonschema", "python3-jsonschema", JsonSerializer.Serialize(cases)).Trim().ShouldBe("[]");
    }

    [Property(MaxTest = 60)]
    public void The_mask_is_that_of_trying_every_token_byte_by_byte(int seed)
    {
        if (Parse(seed) is not { } schema)
        {
            return;
        }

        var constraint = new DocumentConstraint(schema, SmallVocabulary.Trie, [SmallVocabulary.End]);
        var plain = new DocumentConstraint(schema, SmallVocabulary.BytesOnly, []);
        var random = new Random(seed);
        ITokenConstraint document = constraint.Begin(10_000_000);
        var text = new List<byte>();
        var logits = new float[SmallVocabulary.Size];
        for (int step = 0; step < 40 && !document.MustEnd; step++)
        {
            Array.Clear(logits);
            document.Apply(logits, 10_000_000);
            for (int token = 0; token < SmallVocabulary.End; token++)
            {
                byte[] bytes = SmallVocabulary.Of(token).ToArray();
                (logits[token] == 0).ShouldBe(bytes.Length > 0 && plain.Leads([.. text, .. bytes]), $"token {Encoding.UTF8.GetString(bytes)} after {Encoding.UTF8.GetString([.. text])}");
            }

            int[] left = [.. Enumerable.Range(0, SmallVocabulary.End).Where(token => logits[token] == 0)];
            if (left.Length == 0)
            {
                break;
            }

            int chosen = left[random.Next(left.Length)];
            document.Accept(chosen);
            text.AddRange(SmallVocabulary.Of(chosen));
        }
    }

    [Fact]
    public void A_budget_below_the_shortest_document_is_refused_and_one_of_just_its_size_completes_it()
    {
        JsonSchema schema = Schema("""{"type":"object","properties":{"name":{"type":"string"},"size":{"type":"integer","minimum":100}},"required":["name","size"]}""");
        var constraint = new DocumentConstraint(schema, SmallVocabulary.Trie, [SmallVocabulary.End]);
        Should.Throw<TaskDefinitionException>(() => constraint.Begin(constraint.MinTokens - 1)).Message.ShouldContain($"at least {constraint.MinTokens} tokens");
        byte[] text = RandomWriter.Write(constraint, SmallVocabulary.Of, SmallVocabulary.Size, SmallVocabulary.End, constraint.MinTokens, new Random(1));
        using var document = JsonDocument.Parse(text);
        schema.FindViolation(document.RootElement).ShouldBeNull();
        document.RootElement.GetProperty("name").GetString().ShouldBe("");
    }

    [Fact]
    public void A_vocabulary_that_cannot_spell_the_document_is_refused()
    {
        var letters = new VocabularyTrie(26, token => new[] { (byte)('a' + token) });
        Should.Throw<TaskDefinitionException>(() => new DocumentConstraint(Schema("""{"type":"object"}"""), letters, [])).Message.ShouldContain("single bytes");
    }

    [Fact]
    public void A_token_that_was_not_left_is_refused_and_control_tokens_never_are()
    {
        ITokenConstraint document = new DocumentConstraint(Schema("""{"type":"string"}"""), SmallVocabulary.Trie, [SmallVocabulary.End]).Begin(50);
        Should.Throw<ArgumentException>(() => document.Accept('x'));
        document.Accept('"');
        var logits = new float[SmallVocabulary.Size + 5];
        document.Apply(logits, 49);
        logits['x'].ShouldBe(0);
        logits[SmallVocabulary.End].ShouldBe(float.NegativeInfinity);
        logits[SmallVocabulary.End - 1].ShouldBe(float.NegativeInfinity);
        logits[^1].ShouldBe(float.NegativeInfinity);
        document.Accept('"');
        (document.CanEnd, document.MustEnd).ShouldBe((true, true));
    }

    [Fact]
    public void Applying_allocates_nothing_once_the_place_is_known()
    {
        ITokenConstraint document = new DocumentConstraint(Schema("""{"type":"string"}"""), SmallVocabulary.Trie, [SmallVocabulary.End]).Begin(5000);
        document.Accept('"');
        var logits = new float[SmallVocabulary.Size];
        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Round();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Round()
        {
            document.Apply(logits, 1000);
            document.Accept('x');
        }
    }

    [Fact]
    public void White_space_comes_only_where_the_options_say()
    {
        JsonSchema schema = Schema("""{"type":"object","properties":{"a":{"const":1},"b":{"const":2}},"required":["a","b"]}""");
        var none = new DocumentConstraint(schema, SmallVocabulary.BytesOnly, []);
        var spaced = new DocumentConstraint(schema, SmallVocabulary.BytesOnly, [], new DocumentOptions { SpaceAfterSeparators = true, LeadingSpaces = 1 });
        none.Leads("{\"a\":1,\"b\":2}"u8).ShouldBeTrue();
        none.Leads("{\"a\": 1"u8).ShouldBeFalse();
        spaced.Leads(" {\"a\": 1, \"b\":2}"u8).ShouldBeTrue();
        spaced.Leads("{\"a\":  1"u8).ShouldBeFalse();
        spaced.Leads("  {"u8).ShouldBeFalse();
    }

    internal static JsonSchema Schema(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSchema.Parse(document.RootElement);
    }

    private static JsonSchema? Parse(int seed)
    {
        try
        {
            return Schema(new RandomSchema(seed).Next().ToJsonString());
        }
        catch (TaskDefinitionException e)
        {
            // Two random objects may contradict each other; everything else that is generated has to be taken.
            e.Message.ShouldMatch("no document satisfies|two patterns|beside a pattern|no number|uniqueItems|divisors|shortest document");
            return null;
        }
    }

    private static List<string>? Written(int seed, out JsonSchema? schema)
    {
        if ((schema = Parse(seed)) is null)
        {
            return null;
        }

        var constraint = new DocumentConstraint(schema, SmallVocabulary.Trie, [SmallVocabulary.End]);
        var random = new Random(seed);
        var documents = new List<string>();
        foreach (int extra in (int[])[0, 3, 40, 200])
        {
            byte[] text = RandomWriter.Write(constraint, SmallVocabulary.Of, SmallVocabulary.Size, SmallVocabulary.End, constraint.MinTokens + extra, random);
            documents.Add(new UTF8Encoding(false, true).GetString(text));
        }

        return documents;
    }
}
