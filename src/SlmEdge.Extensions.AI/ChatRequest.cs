using System.Text.Json;
using Microsoft.Extensions.AI;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks.Extraction;
using Turn = SlmEdge.Tasks.Data.ChatMessage;

namespace SlmEdge.Extensions.AI;

/// <summary>A request as the runtime takes it.</summary>
internal sealed class ChatRequest
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    private ChatRequest(IReadOnlyList<Turn> messages, GenerationOptions options)
    {
        Messages = messages;
        Options = options;
    }

    public IReadOnlyList<Turn> Messages { get; }

    public GenerationOptions Options { get; }

    /// <summary>Translates a request.</summary>
    /// <exception cref="NotSupportedException">It asks for what the runtime cannot do.</exception>
    public static ChatRequest Of(IEnumerable<ChatMessage> messages, ChatOptions? options, string model, JsonSchemaCache schemas)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var turns = messages.Select(message => new Turn(message.Role.Value, Text(message))).ToList();
        if (options is null)
        {
            return new ChatRequest(turns, new GenerationOptions());
        }

        Refuse(options.Tools is { Count: > 0 } || options.ToolMode is RequiredChatToolMode, "tools; the model answers in text, or in JSON by a schema as response format");
        Refuse(options.ConversationId is not null, "conversations kept by the service; send the whole conversation");
        Refuse(options.ModelId is { } wanted && wanted != model, $"the model '{options.ModelId}'; this client's model is '{model}'");
        if (!string.IsNullOrWhiteSpace(options.Instructions))
        {
            turns.Insert(0, new Turn("system", options.Instructions));
        }

        return new ChatRequest(turns, Generation(options, schemas));
    }

    /// <summary>The only turn, for tasks that have their own instruction.</summary>
    public string SingleText() => Messages is [{ Role: "user" } only]
        ? only.Content
        : throw new NotSupportedException("The bundle's task has its own instruction and takes one text: send a single user message, without system turns or history.");

    /// <summary>The same for an extraction, whose schema is the task's.</summary>
    public ExtractionOptions Extraction()
    {
        Refuse(Options.Schema is not null, "another schema than the task's");
        Refuse(Options.Stop.Count > 0, "stop sequences, which could cut the document");
        return new ExtractionOptions { MaxTokens = Options.MaxTokens, Sampling = Options.Sampling };
    }

    private static GenerationOptions Generation(ChatOptions options, JsonSchemaCache schemas)
    {
        var defaults = new GenerationOptions();
        var draws = options.TopP is not null || options.TopK is not null || options.Seed is not null;
        if (options.Seed is < 0 or > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Seed, $"The seed has to lie from 0 to {uint.MaxValue}.");
        }

        return defaults with
        {
            MaxTokens = options.MaxOutputTokens ?? defaults.MaxTokens,
            Stop = options.StopSequences is { Count: > 0 } stops ? [.. stops] : [],
            Schema = Schema(options.ResponseFormat, schemas),
            Sampling = new SamplingOptions
            {
                // Who sets how to draw without a temperature wants to draw: greedily it would have no effect.
                Temperature = options.Temperature ?? (draws ? 1 : 0),
                TopP = options.TopP ?? 1,
                TopK = options.TopK ?? 0,
                FrequencyPenalty = options.FrequencyPenalty ?? 0,
                PresencePenalty = options.PresencePenalty ?? 0,
                Seed = (uint?)options.Seed ?? SamplingOptions.Greedy.Seed,
            },
        };
    }

    private static JsonSchema? Schema(ChatResponseFormat? format, JsonSchemaCache schemas) => format switch
    {
        null or ChatResponseFormatText => null,
        ChatResponseFormatJson json => schemas.Get(json.Schema ?? AnyObject),
        _ => throw new NotSupportedException($"The response format {format.GetType().Name} is not supported; use text or JSON."),
    };

    private static string Text(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            Refuse(content is not (TextContent or UsageContent), $"{content.GetType().Name} in a message; send text");
        }

        return message.Text;
    }

    private static void Refuse(bool asked, string what)
    {
        if (asked)
        {
            throw new NotSupportedException($"The request asks for {what}.");
        }
    }
}
