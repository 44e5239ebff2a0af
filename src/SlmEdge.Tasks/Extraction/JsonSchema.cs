using System.Text.Json;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Constraints.Grammar;
using SlmEdge.Tasks.Extraction.Schemas;

namespace SlmEdge.Tasks.Extraction;

/// <summary>
/// The schema of an extraction (JSON Schema 2020-12, the rules listed in docs/runtime.md): checks documents, and says byte by byte how they may be written.
/// A schema with a rule that could not be kept while writing is refused. Safe for several threads.
/// </summary>
public sealed class JsonSchema
{
    /// <summary>Most objects and arrays inside each other in documents that are written.</summary>
    public const int MaxNesting = 32;

    private readonly SchemaNode _root;
    private readonly string _source;

    private JsonSchema(JsonElement root, string source)
    {
        Source = root;
        _source = source;
        _root = SchemaReader.Read(root, source);
        Grammar(new DocumentOptions());
    }

    /// <summary>The schema of a task.</summary>
    /// <param name="task">A task of kind <see cref="TaskKind.Extract"/>.</param>
    /// <exception cref="TaskDefinitionException">The task has no schema, or one that cannot be honoured. The message has the JSON Pointer of the place.</exception>
    public static JsonSchema Of(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Parse(task.Schema ?? throw new TaskDefinitionException("there is no schema; a task of kind 'extract' has one", task.Name, "schema"), task.Name);
    }

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">The schema: an object, or true or false.</param>
    /// <param name="sourceName">What errors call it.</param>
    /// <exception cref="TaskDefinitionException">It cannot be honoured. The message has the JSON Pointer of the place.</exception>
    public static JsonSchema Parse(JsonElement schema, string sourceName = "schema") => new(schema.Clone(), sourceName);

    /// <summary>The schema as it was read.</summary>
    public JsonElement Source { get; }

    /// <summary>What is wrong with a document, with its place; null where it satisfies the schema.</summary>
    public string? FindViolation(JsonElement document) => new SchemaValidator().Violation(document, _root, "$");

    /// <summary>The language of the documents.</summary>
    internal GrammarNode Grammar(DocumentOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.LeadingSpaces);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.LeadingSpaces, 4);
        return SchemaCompiler.Compile(_root, _source, options);
    }
}
