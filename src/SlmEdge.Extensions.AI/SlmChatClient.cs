using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Extensions.AI;

/// <summary>
/// A bundle that writes text as an <see cref="IChatClient"/>. A bundle of kind <c>chat</c> answers conversations; one of kind <c>generate</c> or
/// <c>extract</c> answers one user turn, which is its text.
/// </summary>
/// <remarks>
/// Safe for concurrent calls: they are evaluated together. Output limit, temperature, top-p, top-k, penalties, seed, stop sequences and response format have
/// their effect; a JSON schema is kept token by token, so the answer is a complete and valid document. What cannot be done (tools, other contents than
/// text, another model) is refused with <see cref="NotSupportedException"/> instead of being passed over. The runtime is not disposed with the client.
/// </remarks>
public sealed class SlmChatClient : IChatClient
{
    private readonly SlmRuntime runtime;
    private readonly ContextOverflow overflow;
    private readonly ILogger logger;
    private readonly JsonSchemaCache schemas = new();
    private readonly ChatClientMetadata metadata;

    /// <summary>Makes a client of a runtime.</summary>
    /// <param name="runtime">An opened bundle of kind <c>chat</c>, <c>generate</c> or <c>extract</c>.</param>
    /// <param name="logger">Told about requests; texts only at <see cref="LogLevel.Trace"/>.</param>
    /// <param name="overflow">What happens to a conversation that does not fit the context.</param>
    /// <exception cref="RuntimeException">The bundle is a classification.</exception>
    public SlmChatClient(SlmRuntime runtime, ILogger<SlmChatClient>? logger = null, ContextOverflow overflow = ContextOverflow.Refuse)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        if (runtime.Kind == TaskKind.Classify)
        {
            throw new RuntimeException($"The bundle '{runtime.Manifest.Name}' classifies and writes no text, so it is no chat client. Use SlmRuntime.Classifier.");
        }

        this.runtime = runtime;
        this.overflow = overflow;
        this.logger = logger ?? NullLogger<SlmChatClient>.Instance;
        metadata = new ChatClientMetadata("slmedge", null, runtime.Manifest.Name);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request asks for what this client cannot do.</exception>
    /// <exception cref="ArgumentException">The conversation has no turn to answer, or an option is out of range.</exception>
    /// <exception cref="RuntimeException">The runtime refused the request or failed; the derived types say why.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = Prepare(messages, options);
        var answer = await Logged(request, () => AnswerAsync(request, cancellationToken)).ConfigureAwait(false);
        var id = Guid.NewGuid().ToString("N");
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text) { MessageId = id })
        {
            ResponseId = id,
            ModelId = runtime.Manifest.Name,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = Finish(answer),
            Usage = Usage(answer),
            RawRepresentation = answer,
        };
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request asks for what this client cannot do.</exception>
    /// <exception cref="ArgumentException">The conversation has no turn to answer, or an option is out of range.</exception>
    /// <exception cref="RuntimeException">The runtime refused the request or failed; the derived types say why.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = Prepare(messages, options);
        var id = Guid.NewGuid().ToString("N");
        await foreach (var update in Stream(request, cancellationToken).ConfigureAwait(false))
        {
            if (update.Text.Length > 0)
            {
                yield return Update(new TextContent(update.Text));
            }

            if (update.Result is { } answer)
            {
                Log.Answered(logger, runtime.Manifest.Name, answer.Usage.PromptTokens, answer.Usage.AnswerTokens, answer.FinishReason);
                Log.Answer(logger, answer.Text);
                var last = Update(new UsageContent(Usage(answer)));
                last.FinishReason = Finish(answer);
                last.RawRepresentation = answer;
                yield return last;
            }
        }

        ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content])
        {
            ResponseId = id,
            MessageId = id,
            ModelId = runtime.Manifest.Name,
            CreatedAt = DateTimeOffset.UtcNow,
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType == typeof(SlmRuntime) ? runtime
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the runtime belongs to whoever opened it.</summary>
    public void Dispose()
    {
    }

    private ChatRequest Prepare(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var request = ChatRequest.Of(messages, options, runtime.Manifest.Name, schemas);
        if (logger.IsEnabled(LogLevel.Trace))
        {
            foreach (var message in request.Messages)
            {
                Log.Turn(logger, message.Role, message.Content);
            }
        }

        return request;
    }

    private async Task<GeneratedText> Logged(ChatRequest request, Func<Task<GeneratedText>> work)
    {
        try
        {
            var answer = await work().ConfigureAwait(false);
            Log.Answered(logger, runtime.Manifest.Name, answer.Usage.PromptTokens, answer.Usage.AnswerTokens, answer.FinishReason);
            Log.Answer(logger, answer.Text);
            return answer;
        }
        catch (Exception error) when (error is RuntimeException)
        {
            // Messages of the runtime never quote texts.
            Log.Failed(logger, runtime.Manifest.Name, request.Messages.Count, error);
            throw;
        }
    }

    private async Task<GeneratedText> AnswerAsync(ChatRequest request, CancellationToken ct)
    {
        switch (runtime.Kind)
        {
            case TaskKind.Chat:
                return await runtime.Chat.RespondAsync(request.Messages, request.Options, overflow, ct).ConfigureAwait(false);
            case TaskKind.Generate:
                return await runtime.Generator.GenerateAsync(request.SingleText(), request.Options, ct).ConfigureAwait(false);
            default:
                var result = await runtime.Extractor.ExtractAsync(request.SingleText(), request.Extraction(), ct).ConfigureAwait(false);
                return new GeneratedText(result.Document.GetRawText(), FinishReason.Stop, result.Usage, result.Timings) { Truncated = result.Truncated };
        }
    }

    private async IAsyncEnumerable<GenerationUpdate> Stream(ChatRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        if (runtime.Kind == TaskKind.Extract)
        {
            // A document is handed out when it is known to be valid.
            var answer = await AnswerAsync(request, ct).ConfigureAwait(false);
            yield return new GenerationUpdate(answer.Text, answer);
            yield break;
        }

        var updates = runtime.Kind == TaskKind.Chat
            ? runtime.Chat.StreamAsync(request.Messages, request.Options, overflow, ct)
            : runtime.Generator.StreamAsync(request.SingleText(), request.Options, ct);
        await foreach (var update in updates.WithCancellation(ct).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    private static ChatFinishReason Finish(GeneratedText answer) => answer.FinishReason == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails Usage(GeneratedText answer) => new()
    {
        InputTokenCount = answer.Usage.PromptTokens,
        CachedInputTokenCount = answer.Usage.CachedTokens,
        OutputTokenCount = answer.Usage.AnswerTokens,
        TotalTokenCount = answer.Usage.TotalTokens,
    };
}
