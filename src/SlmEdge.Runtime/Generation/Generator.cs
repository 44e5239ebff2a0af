using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Texts;
using SlmEdge.Tasks;

namespace SlmEdge.Runtime.Generation;

/// <summary>Writes the text of a task of kind <c>generate</c>, a summary or a rewriting, behind the prompt that was trained.</summary>
/// <remarks>Safe to use from several threads. What looks like control tokens in a text stays text.</remarks>
public sealed class Generator
{
    private readonly AnswerWriter writer;
    private readonly FittedPrompt prompt;
    private readonly AdapterCollection? adapters;

    internal Generator(TaskDefinition task, AnswerWriter writer, LongTextPolicy longTexts, AdapterCollection? adapters = null)
    {
        this.adapters = adapters;
        this.writer = writer;
        prompt = new FittedPrompt(text => writer.Prompt.Encode(task.Instruction, text), writer.ContextLength, longTexts);
    }

    /// <summary>Writes the answer to a text.</summary>
    /// <param name="text">The text; white space around it does not count.</param>
    /// <param name="options">Limits and sampling; <see langword="null"/> for the defaults, which are greedy.</param>
    /// <param name="ct">Gives the request up; it ends after the token that is being written.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidTextException">The text is empty, too long or no Unicode text.</exception>
    /// <exception cref="RuntimeBusyException">The queue is full.</exception>
    /// <exception cref="AdapterException">There is no such adapter.</exception>
    /// <exception cref="DeadlineMissedException">The request waited longer than it may.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    /// <exception cref="RuntimeException">The engine failed.</exception>
    public async Task<GeneratedText> GenerateAsync(string text, GenerationOptions? options = null, CancellationToken ct = default)
    {
        options ??= new GenerationOptions();
        using var lease = adapters.Hold(options.Adapter);
        if (lease is not null)
        {
            return await lease.Generator.GenerateAsync(text, options with { Adapter = null }, ct).ConfigureAwait(false);
        }

        var (tokens, truncated) = Encode(text, options);
        var answer = await writer.WriteAsync(tokens, options, ct).ConfigureAwait(false);
        return answer with { Truncated = truncated, TextTokens = writer.EncodeText(text) };
    }

    /// <summary>Writes the answer to a text and hands it out piece by piece; the last update has the whole. Leaving the enumeration gives the request up.</summary>
    /// <param name="text">The text; white space around it does not count.</param>
    /// <param name="options">Limits and sampling; <see langword="null"/> for the defaults, which are greedy.</param>
    /// <param name="ct">Gives the request up; it ends after the token that is being written.</param>
    /// <inheritdoc cref="GenerateAsync" path="/exception"/>
    public IAsyncEnumerable<GenerationUpdate> StreamAsync(string text, GenerationOptions? options = null, CancellationToken ct = default)
    {
        options ??= new GenerationOptions();
        if (options.Adapter is { } name)
        {
            return adapters.Stream(name, lease => lease.Generator.StreamAsync(text, options with { Adapter = null }, ct), ct);
        }

        var (tokens, truncated) = Encode(text, options);
        return writer.StreamAsync(tokens, options, ct).WithResult(answer => answer with { Truncated = truncated, TextTokens = writer.EncodeText(text) }, ct);
    }

    private (int[] Tokens, bool Truncated) Encode(string text, GenerationOptions options)
    {
        options.Validate();
        return writer.WhileOpen(() => prompt.Encode(text, writer.Needed(options), writer.Wanted(options)));
    }
}
