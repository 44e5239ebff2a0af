using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks.Constraints;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>A prompt that waits to be continued.</summary>
/// <param name="prompt">The prompt's tokens; not empty.</param>
/// <param name="maxTokens">Upper limit of generated tokens; fewer when the context is full.</param>
/// <param name="tokenizer">The model's tokenizer: the text of tokens, and which end an answer.</param>
internal sealed class GenerateRequest(int[] prompt, int maxTokens, LlamaTokenizer tokenizer) : SchedulerRequest
{
    private readonly TaskCompletionSource<GenerateResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int[] Prompt { get; } = prompt;

    public int MaxTokens { get; } = maxTokens;

    public LlamaTokenizer Tokenizer { get; } = tokenizer;

    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Texts that end the answer and are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tokens that end the answer beside those that the tokenizer knows: what the template puts behind a turn.</summary>
    public int[] EndTokens { get; init; } = [];

    /// <summary>What the answer has to look like; used by the loop's thread only.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>
    /// Receives the text as it is written, in pieces that end at whole characters; what may be the beginning of a stop string is held
    /// back. It is called on the loop's thread: hand the piece on, do not work there.
    /// </summary>
    public Action<string>? OnText { get; init; }

    /// <summary>How many likeliest tokens are named beside each token of the answer; null where no probabilities are wanted.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Receives each token's probability before its text, on the loop's thread; only with <see cref="Logprobs"/>.</summary>
    public Action<TokenLogprob>? OnToken { get; init; }

    public Task<GenerateResult> Task => completion.Task;

    public override bool IsFinished => completion.Task.IsCompleted;

    public void Complete(GenerateResult result)
    {
        Abandon();
        completion.TrySetResult(result);
    }

    protected override void SetException(Exception error) => completion.TrySetException(error);

    protected override void Cancel(CancellationToken token) => completion.TrySetCanceled(token);
}
