using System.Text.Json;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Extraction;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Tasks.Tests.Constraints;

public sealed class ExtractedDocumentTests
{
    internal enum Priority
    {
        Low,
        High,
    }

    [Fact]
    public void Random_documents_of_a_type_are_read_back_into_it()
    {
        JsonElement json = JsonSchemaOf.For<Order>();
        var constraint = new DocumentConstraint(JsonSchema.Parse(json), SmallVocabulary.Trie, [SmallVocabulary.End]);
        for (int seed = 0; seed < 40; seed++)
        {
            byte[] text = RandomWriter.Write(constraint, SmallVocabulary.Of, SmallVocabulary.Size, SmallVocabulary.End, constraint.MinTokens + (seed * 5), new Random(seed));
            Order order = JsonSerializer.Deserialize<Order>(text, JsonSchemaOf.SerializerOptions)!;
            order.Part.ShouldNotBeNull();
            order.Lines.ShouldNotBeNull();
        }
    }

    [Fact]
    public void Strings_that_stand_in_the_text_get_their_place_and_how_often_they_stand_there()
    {
        using var document = JsonDocument.Parse("""{"part":"pump","a/b":["seal",3,"gasket"],"empty":""}""");
        IReadOnlyList<FieldSpan> spans = ExtractedFields.Locate(document.RootElement, "The pump: seal, new seal.");
        spans.ShouldBe(
        [
            new FieldSpan("/part", "pump", 4, 4, 1), new FieldSpan("/a~1b/0", "seal", 10, 4, 2), new FieldSpan("/a~1b/2", "gasket", null, 0, 0), new FieldSpan("/empty", "", null, 0, 0),
        ]);
    }

    [Fact]
    public void What_was_trained_is_what_the_constraint_allows()
    {
        TaskDefinition task = TaskDefinition.Parse("""{"name":"x","kind":"extract","instruction":"Part?","schema":{"type":"object","properties":{"part":{"type":"string"}},"required":["part"]}}""");
        var prompt = new GenerationPrompt(new ByteTokenizer([]));
        var extraction = new ExtractionPrompt(task, prompt);
        extraction.Encode("a text").ShouldBe(prompt.Encode("Part?", "a text"));
        var bytes = new VocabularyTrie(260, token => token < 256 ? SmallVocabulary.Of(token) : []);
        ITokenConstraint document = extraction.Constrain(bytes).Begin(100);
        foreach (int token in prompt.EncodeAnswer("""{"part":"pump"}"""))
        {
            var logits = new float[260];
            document.Apply(logits, 100);
            logits[token].ShouldBe(0);
            document.Accept(token);
        }

        document.MustEnd.ShouldBeTrue();
    }

    internal sealed record Line(string Name, int Count, decimal? Price);

    internal sealed record Order(string Part, Priority Priority, DateTimeOffset? When, TimeOnly At, Guid Id, List<Line> Lines, byte Level, Dictionary<string, bool>? Flags = null);
}
