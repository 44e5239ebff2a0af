using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Texts;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Runtime.Chat;

/// <summary>
/// Holds conversations with the model of a bundle of kind <c>chat</c>, in the model's own template. What was said before is kept in the engine's memory, so
/// of a longer conversation only what is new is evaluated.
/// </summary>
/// <remarks>
/// Safe to use from several threads. Only the template's own characters become control tokens; what looks like them in a message stays text.
/// </remarks>
public sealed class ChatModel
{
    private readonly AnswerWriter writer;
    private readonly string instruction;
    private readonly AdapterCollection? adapters;

    internal ChatModel(TaskDefinition task, AnswerWriter writer, AdapterCollection? adapters = null)
    {
        this.adapters = adapters;
        this.writer = writer;
        instruction = task.Instruction.Trim();
    }

    /// <summary>Begins a conversation.</summary>
    /// <param name="options">System turn, sampling and what happens when the context is full; <see langword="null"/> for the defaults.</param>
    public ChatSession StartSession(ChatSessionOptions? options = null)
    {
        options ??= new ChatSessionOptions();
        options.Generation.Validate();
        return new ChatSession(this, options, options.System ?? instruction);
    }

    /// <summary>Answers a conversation. The task's instruction is its system turn where it has none of its own, as in training.</summary>
    /// <param name="messages">The turns so far; the last is not the assistant's.</param>
    /// <param name="options">Limits and sampling; <see langword="null"/> for the defaults, which are greedy.</param>
    /// <param name="overflow">What happens when the conversation does not fit the context.</param>
    /// <param name="ct">Gives the request up; it ends after the token that is being written.</param>
    /// <exception cref="ArgumentException">There is no turn to answer, or an option is out of range.</exception>
    /// <exception cref="InvalidTextException">A turn is empty or no Unicode text, or the conversation does not fit.</exception>
    /// <exception cref="RuntimeBusyException">The queue is full.</exception>
    /// <exception cref="DeadlineMissedException">The request waited longer than it may.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    /// <exception cref="RuntimeException">The template refuses the conversation, or the engine failed.</exception>
    public async Task<GeneratedText> RespondAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, ContextOverflow overflow = ContextOverflow.Refuse, CancellationToken ct = default)
    {
        options ??= new GenerationOptions();
        using var lease = adapters.Hold(options.Adapter);
        var model = lease?.Chat ?? this;
        return await model.ContinueAsync(model.WithSystem(messages), options with { Adapter = null }, overflow, ct).ConfigureAwait(false);
    }

    /// <summary>Answers a conversation whose system turn is there or not wanted.</summary>
    internal async Task<GeneratedText> ContinueAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct)
    {
        using var lease = adapters.Hold(options.Adapter);
        if (lease is not null)
        {
            return await lease.Chat.ContinueAsync(messages, options with { Adapter = null }, overflow, ct).ConfigureAwait(false);
        }

        var (tokens, dropped) = Encode(messages, options, overflow);
        var answer = await writer.WriteAsync(tokens, options, ct).ConfigureAwait(false);
        return answer with { DroppedMessages = dropped };
    }

    /// <summary>Answers a conversation and hands the answer out piece by piece; the last update has the whole. Leaving the enumeration gives the request up.</summary>
    /// <inheritdoc cref="RespondAsync" path="/param"/>
    /// <inheritdoc cref="RespondAsync" path="/exception"/>
    public IAsyncEnumerable<GenerationUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, ContextOverflow overflow = ContextOverflow.Refuse, CancellationToken ct = default)
    {
        options ??= new GenerationOptions();
        return options.Adapter is { } name
            ? adapters.Stream(name, lease => lease.Chat.StreamAsync(messages, options with { Adapter = null }, overflow, ct), ct)
            : Continue(WithSystem(messages), options, overflow, ct);
    }

    /// <summary>Answers a conversation whose system turn is there or not wanted, piece by piece.</summary>
    internal IAsyncEnumerable<GenerationUpdate> Continue(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct)
    {
        if (options.Adapter is { } name)
        {
            return adapters.Stream(name, lease => lease.Chat.Continue(messages, options with { Adapter = null }, overflow, ct), ct);
        }

        var (tokens, dropped) = Encode(messages, options, overflow);
        return writer.StreamAsync(tokens, options, ct).WithResult(answer => answer with { DroppedMessages = dropped }, ct);
    }

    /// <summary>The prompt of a conversation, and how many turns were left out of it.</summary>
    internal (int[] Tokens, int Dropped) Encode(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options.Validate();
        if (messages is [] or [.., { Role: "assistant" or "system" }])
        {
            throw new ArgumentException("The conversation has no turn to answer: its last has to be a user's.", nameof(messages));
        }

        for (var i = 0; i < messages.Count; i++)
        {
            // An answer of the model may be empty, and so may a system turn; a question may not.
            if (messages[i].Content.Length > 0 || messages[i].Role == "user")
            {
                InputText.Check(messages[i].Content, i);
            }
        }

        return writer.WhileOpen(() => Fit(messages, options, overflow));
    }

    private IReadOnlyList<ChatMessage> WithSystem(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return instruction.Length == 0 || messages is [{ Role: "system" }, ..] ? messages : [new ChatMessage("system", instruction), .. messages];
    }

    private (int[] Tokens, int Dropped) Fit(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow)
    {
        var needed = writer.Needed(options);
        var most = writer.ContextLength - needed;
        var kept = messages.ToList();
        var first = kept[0].Role == "system" ? 1 : 0;
        var characters = messages.Sum(message => (long)message.Content.Length);
        if (characters <= writer.ContextLength * 64L)
        {
            var whole = Render(messages);
            if (whole.Length <= (overflow == ContextOverflow.DropOldest ? Math.Min(most, writer.ContextLength - writer.Wanted(options)) : most))
            {
                return (whole, 0);
            }
        }

        while (overflow == ContextOverflow.DropOldest)
        {
            // The oldest question goes with all that answers it, up to the next question.
            var next = kept.FindIndex(first + 1, message => message.Role == "user");
            if (next < 0)
            {
                break;
            }

            kept.RemoveRange(first, next - first);
            if (kept.Sum(message => (long)message.Content.Length) > writer.ContextLength * 64L)
            {
                continue;
            }

            var tokens = Render(kept);
            var last = kept.FindIndex(first + 1, message => message.Role == "user") < 0;
            if (tokens.Length <= (last ? most : Math.Min(most, writer.ContextLength - writer.Wanted(options))))
            {
                return (tokens, messages.Count - kept.Count);
            }
        }

        throw new InvalidTextException(
            InvalidTextReason.TooLong,
            $"The conversation of {messages.Count} turns ({characters} characters) does not fit the context of {writer.ContextLength} tokens with an answer of at least {needed}. " +
            (overflow == ContextOverflow.Refuse ? "Begin a new one, let the oldest turns be dropped, or choose a longer context." : "Even the newest turn alone is too long; shorten it."),
            messages.Count - 1);
    }

    private int[] Render(IReadOnlyList<ChatMessage> messages)
    {
        try
        {
            return writer.Prompt.EncodePrompt(messages);
        }
        catch (ChatTemplateException error)
        {
            throw new RuntimeException($"The model's chat template does not take this conversation: {error.Message}", error);
        }
    }

    /// <summary>Refuses models that cannot hold conversations.</summary>
    internal static GenerationPrompt RequireTemplate(GenerationPrompt prompt, string bundle) => prompt.Conversation is not null
        ? prompt
        : throw new RuntimeException($"{bundle} is of kind 'chat', but its model has no chat template. Build it from a base model that has one.");
}
