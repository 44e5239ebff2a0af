using System.Text;
using System.Text.Json;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Constraints.Grammar;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Tasks.Tests.Constraints;

/// <summary>Where the automaton may take many characters for one another.</summary>
public sealed class ByteAutomatonTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", "\"", true)]
    [InlineData("""{"type":"string"}""", "\"aü🔧", true)]
    [InlineData("""{"type":"string","maxLength":5}""", "\"ab", true)]
    [InlineData("""{"type":"string","maxLength":2}""", "\"ab", true)]
    [InlineData("""{"type":"string","pattern":"^[a-z]+$"}""", "\"", false)]
    [InlineData("""{"anyOf":[{"type":"string"},{"enum":["abc"]}]}""", "\"", false)]
    [InlineData("""{"type":"integer"}""", "", false)]
    [InlineData("""{"type":"string"}""", "\"ü", true)]
    public void Plain_characters_are_alike_in_free_strings_only(string schema, string text, bool alike)
    {
        using var json = JsonDocument.Parse(schema);
        var automaton = new ByteAutomaton(JsonSchema.Parse(json.RootElement).Grammar(new DocumentOptions()), 16, 16, 20_000);
        Configuration state = automaton.Start;
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            state = automaton.Step(state, value);
        }

        (automaton.AfterPlain(state) is not null).ShouldBe(alike);
        (automaton.AfterPlain(state) is not null).ShouldBe(alike, "asked again");
    }
}
