using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Texts;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Runtime.Extraction;

/// <summary>
/// Extracts documents from texts with the model of a bundle of kind <c>extract</c>. Tokens that would break the schema are never written, so a document is
/// complete and valid or there is an error.
/// </summary>
/// <remarks>Safe to use from several threads. What looks like control tokens in a text stays text.</remarks>
public sealed class Extractor
{
    private readonly AnswerWriter writer;
    private readonly FittedPrompt prompt;
    private readonly ConcurrentDictionary<Type, JsonSchema> typed = new();
    private readonly AdapterCollection? adapters;

    internal Extractor(TaskDefinition task, AnswerWriter writer, LongTextPolicy longTexts, AdapterCollection? adapters = null)
    {
        this.adapters = adapters;
        this.writer = writer;
        var extraction = new ExtractionPrompt(task, writer.Prompt);
        Schema = extraction.Schema;
        MinTokens = writer.Constrain(Schema).MinTokens;
        prompt = new FittedPrompt(extraction.Encode, writer.ContextLength, longTexts);
    }

    /// <summary>The task's schema.</summary>
    public JsonSchema Schema { get; }

    /// <summary>Tokens of a shortest document of the task's schema.</summary>
    public int MinTokens { get; }

    /// <summary>Extracts a document of the task's schema.</summary>
    /// <param name="text">The text; white space around it does not count.</param>
    /// <param name="options">Limits and sampling; <see langword="null"/> for the defaults, which are greedy.</param>
    /// <param name="ct">Gives the request up; it ends after the token that is being written.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the limit of tokens too low for the schema.</exception>
    /// <exception cref="InvalidTextException">The text is empty, too long or no Unicode text.</exception>
    /// <exception cref="ExtractionException">The answer is no document of the schema.</exception>
    /// <exception cref="RuntimeBusyException">The queue is full.</exception>
    /// <exception cref="DeadlineMissedException">The request waited longer than it may.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    /// <exception cref="RuntimeException">The engine failed.</exception>
    public async Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions? options = null, CancellationToken ct = default)
    {
        using var lease = adapters.Hold(options?.Adapter);
        return await (lease?.Extractor ?? this).ExtractOwnAsync(text, null, options ?? new ExtractionOptions(), ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Extracts a value of a C# type: with the task's instruction, by the schema of the type (<see cref="JsonSchemaOf.For{T}"/>) in place of the task's. The
    /// model was trained on documents of the task's schema, so the type should describe those.
    /// </summary>
    /// <typeparam name="T">A record or class of properties, or what else <see cref="JsonSchemaOf.For{T}"/> takes.</typeparam>
    /// <inheritdoc cref="ExtractAsync(string, ExtractionOptions?, CancellationToken)"/>
    /// <exception cref="TaskDefinitionException">The type has no such schema.</exception>
    [RequiresUnreferencedCode("The schema and the value of a type are found by reflection.")]
    [RequiresDynamicCode("The schema and the value of a type are found by reflection.")]
    public async Task<TypedExtractionResult<T>> ExtractAsync<T>(string text, ExtractionOptions? options = null, CancellationToken ct = default)
    {
        var schema = typed.GetOrAdd(typeof(T), static type => JsonSchema.Parse(JsonSchemaOf.For<T>(), type.Name));
        using var lease = adapters.Hold(options?.Adapter);
        var result = await (lease?.Extractor ?? this).ExtractOwnAsync(text, schema, options ?? new ExtractionOptions(), ct).ConfigureAwait(false);
        try
        {
            var value = result.Document.Deserialize<T>(JsonSchemaOf.SerializerOptions);
            return new TypedExtractionResult<T>(value!, result);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new ExtractionException($"The document does not become a {typeof(T).Name}: {error.Message}", error);
        }
    }

    // Null is the schema of this model's own task, which may be another than that of the model that was asked.
    private async Task<ExtractionResult> ExtractOwnAsync(string text, JsonSchema? asked, ExtractionOptions options, CancellationToken ct)
    {
        var schema = asked ?? Schema;
        var generation = options.With(schema);
        generation.Validate();
        var (tokens, truncated) = writer.WhileOpen(() => prompt.Encode(text, writer.Needed(generation), writer.Wanted(generation)));
        var answer = await writer.WriteAsync(tokens, generation, ct).ConfigureAwait(false);
        var document = Read(answer, schema);
        return new ExtractionResult(document, ExtractedFields.Locate(document, text), answer.Usage, answer.Timings, truncated)
        {
            Adapter = answer.Adapter,
            TextTokens = writer.EncodeText(text),
        };
    }

    // The constraint leaves nothing else; this is what a caller may rely on even if a defect of ours or of an engine proves it wrong.
    private static JsonElement Read(GeneratedText answer, JsonSchema schema)
    {
        try
        {
            var document = JsonElement.Parse(answer.Text);
            return schema.FindViolation(document) is { } violation
                ? throw new ExtractionException($"The model's document breaks the schema: {violation}. This is a defect; please report it.")
                : document;
        }
        catch (JsonException error)
        {
            throw new ExtractionException($"The model's answer of {answer.Usage.AnswerTokens} tokens is no complete JSON document. This is a defect; please report it.", error);
        }
    }
}
