using System.Text;
using System.Text.Json;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Tasks.Tests.Constraints;

/// <summary>What cannot be kept is refused with the place and the rule; what is kept allows neither more nor less.</summary>
public sealed class SchemaRefusalTests
{
    [Theory]
    [InlineData("""{"not":{}}""", "#/not", "'not'")]
    [InlineData("""{"type":"object","patternProperties":{"^a":{}}}""", "#/patternProperties", "'patternProperties'")]
    [InlineData("""{"properties":{"a":{"type":"string","pattern":"(?=a)"}}}""", "#/properties/a/pattern", "looks around")]
    [InlineData("""{"type":"string","pattern":"(a)\\1"}""", "#/pattern", "'\\1'")]
    [InlineData("""{"type":"string","format":"regex"}""", "#/format", "'regex'")]
    [InlineData("""{"$ref":"#"}""", "#", "refers to itself")]
    [InlineData("""{"$ref":"http://example.org/x"}""", "#/$ref", "JSON Pointer")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "#/$ref", "names no part")]
    [InlineData("""{"oneOf":[{"type":"string"},{"minLength":2}]}""", "#/oneOf", "alternatives 0 and 1")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "#", "'uniqueItems'")]
    [InlineData("""{"type":"string","pattern":"^a+$","maxLength":4}""", "#", "beside a pattern")]
    [InlineData("""{"type":"object","required":["a"],"additionalProperties":false}""", "#", "no document satisfies")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "#", "no document satisfies")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""", "#", "no document satisfies")]
    [InlineData("""{"type":"text"}""", "#/type", "'text' is no type")]
    [InlineData("""{"type":"string","pattern":"^(a{1000}){100000}$"}""", "#", "shortest document")]
    public void A_schema_that_cannot_be_honoured_is_refused_when_its_task_is_loaded(string schema, string place, string reason)
    {
        TaskDefinitionException e = Should.Throw<TaskDefinitionException>(() => TaskDefinition.Parse($$"""{"name":"x","kind":"extract","instruction":"i","schema":{{schema}}}"""));
        e.Element.ShouldBe("schema " + place);
        e.Message.ShouldContain(reason);
    }

    [Fact]
    public void Schema_bombs_are_refused()
    {
        // Every level doubles the document; then the combinations of alternatives; then the values.
        string doubling = string.Join(',', Enumerable.Range(0, 60).Select(i => $$$"""
            "d{{{i}}}":{"type":"object","properties":{"a":{"$ref":"#/$defs/d{{{i + 1}}}"},"b":{"$ref":"#/$defs/d{{{i + 1}}}"} },"required":["a","b"]}
            """));
        Refused($$$"""{"$ref":"#/$defs/d0","$defs":{ {{{doubling}}},"d60":{"type":"null"} } }""");
        string groups = string.Join(',', Enumerable.Range(0, 40).Select(_ => """{"anyOf":[{"minimum":1},{"maximum":5},{"multipleOf":2}]}"""));
        Refused($$"""{"allOf":[{{groups}}]}""");
        string values = string.Join(',', Enumerable.Range(0, 9000).Select(i => $"\"{i}{new string('x', 60)}\""));
        Refused($$"""{"enum":[{{values}}]}""");

        static void Refused(string schema) => Should.Throw<TaskDefinitionException>(() => DocumentConstraintTests.Schema(schema)).Message.ShouldMatch("shortest document|too large|9000 values");
    }

    [Theory]
    [InlineData("""{"type":"integer","minimum":-12,"maximum":130}""", 0)]
    [InlineData("""{"type":"integer","exclusiveMinimum":-3,"exclusiveMaximum":1005,"multipleOf":7}""", 0)]
    [InlineData("""{"type":"number","minimum":-0.35,"exclusiveMaximum":12.1,"multipleOf":0.05}""", 2)]
    [InlineData("""{"type":"number","exclusiveMinimum":9.95,"maximum":10.05,"multipleOf":0.01}""", 2)]
    public void The_numbers_that_may_be_written_are_just_those_of_the_range(string json, int digits)
    {
        JsonSchema schema = DocumentConstraintTests.Schema(json);
        var constraint = new DocumentConstraint(schema, SmallVocabulary.BytesOnly, []);
        int unit = (int)Math.Pow(10, digits);
        for (int scaled = -20 * unit; scaled <= 1100 * (digits == 0 ? 1 : unit / 50); scaled++)
        {
            decimal value = (decimal)scaled / unit;
            string text = value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
            using var document = JsonDocument.Parse(text);
            ITokenConstraint writer = constraint.Begin(20);
            bool written = constraint.Leads(Encoding.UTF8.GetBytes(text));
            if (written)
            {
                foreach (char c in text)
                {
                    writer.Accept(c);
                }
            }

            (written && writer.CanEnd).ShouldBe(schema.FindViolation(document.RootElement) is null, text);
        }
    }

    [Theory]
    [InlineData("date", "2024-02-29", "2023-02-29")]
    [InlineData("date-time", "2024-01-31T23:59:59.5+01:00", "2024-01-31 23:59:59Z")]
    [InlineData("ipv4", "192.168.0.255", "192.168.0.256")]
    [InlineData("ipv6", "fe80::1", "fe80:::1")]
    [InlineData("uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000")]
    [InlineData("email", "first.last@mail.example.org", "first.last@")]
    [InlineData("uri", "https://example.org:8080/a/b?c=d#e", "example.org/a")]
    public void Formats_are_held_to(string format, string right, string wrong)
    {
        JsonSchema schema = DocumentConstraintTests.Schema($$"""{"type":"string","format":"{{format}}"}""");
        schema.FindViolation(JsonSerializer.SerializeToElement(right)).ShouldBeNull();
        schema.FindViolation(JsonSerializer.SerializeToElement(wrong)).ShouldNotBeNull();
    }

    [Fact]
    public void Documents_as_the_trainer_writes_them_may_be_written()
    {
        const string Value = "größe \"1\" \\ \t\n\u0001 😀 </b>";
        var options = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?> { ["größe"] = Value, ["n"] = 1.5, ["list"] = new object?[] { null, true } }, options);
        new DocumentConstraint(DocumentConstraintTests.Schema("""{"type":"object"}"""), SmallVocabulary.BytesOnly, []).Leads(text).ShouldBeTrue();
    }
}
