using System.Runtime.CompilerServices;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Runtime.Chat;

/// <summary>
/// One conversation. A turn becomes part of it when its answer is complete: a request that failed or was given up leaves the conversation as it was.
/// </summary>
/// <remarks>One request at a time; another one meanwhile is refused. Different sessions are independent of each other.</remarks>
public sealed class ChatSession
{
    private readonly ChatModel model;
    private readonly ChatSessionOptions options;
    private readonly List<ChatMessage> messages = [];
    private int answering;

    internal ChatSession(ChatModel model, ChatSessionOptions options, string system)
    {
        this.model = model;
        this.options = options;
        if (!string.IsNullOrWhiteSpace(system))
        {
            messages.Add(new ChatMessage("system", system));
        }
    }

    /// <summary>The turns so far, also those that the model is no longer shown.</summary>
    public IReadOnlyList<ChatMessage> Messages => messages.AsReadOnly();

    /// <summary>Says something and waits for the answer.</summary>
    /// <param name="text">The user's turn.</param>
    /// <param name="generation">Limits and sampling; <see langword="null"/> for the session's.</param>
    /// <param name="ct">Gives the request up; it ends after the token that is being written.</param>
    /// <exception cref="InvalidOperationException">The session is still answering another turn.</exception>
    /// <inheritdoc cref="ChatModel.RespondAsync" path="/exception"/>
    public async Task<GeneratedText> SendAsync(string text, GenerationOptions? generation = null, CancellationToken ct = default)
    {
        Begin();
        try
        {
            var turn = new ChatMessage("user", text);
            var answer = await model.ContinueAsync([.. messages, turn], generation ?? options.Generation, options.Overflow, ct).ConfigureAwait(false);
            Add(turn, answer);
            return answer;
        }
        finally
        {
            End();
        }
    }

    /// <summary>Says something and hands the answer out piece by piece; the last update has the whole. Leaving the enumeration gives the turn up.</summary>
    /// <inheritdoc cref="SendAsync" path="/param"/>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public async IAsyncEnumerable<GenerationUpdate> StreamAsync(
        string text, GenerationOptions? generation = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        Begin();
        try
        {
            var turn = new ChatMessage("user", text);
            await foreach (var update in model.Continue([.. messages, turn], generation ?? options.Generation, options.Overflow, ct).ConfigureAwait(false))
            {
                if (update.Result is { } answer)
                {
                    Add(turn, answer);
                }

                yield return update;
            }
        }
        finally
        {
            End();
        }
    }

    private void Begin()
    {
        if (Interlocked.Exchange(ref answering, 1) != 0)
        {
            throw new InvalidOperationException("The session is still answering; wait for the answer, or begin another session.");
        }
    }

    private void End() => Volatile.Write(ref answering, 0);

    private void Add(ChatMessage turn, GeneratedText answer)
    {
        messages.Add(turn);
        messages.Add(new ChatMessage("assistant", answer.Text));
    }
}
