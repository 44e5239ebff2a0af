using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>One text that waits for the scores of its labels.</summary>
/// <param name="prefix">Tokens in front of the text, shared with other texts; the array stands for its content and may not change.</param>
/// <param name="tokens">The text's tokens; not empty.</param>
/// <param name="labels">The labels.</param>
internal sealed class ScoreRequest(int[] prefix, int[] tokens, LabelTrie labels) : SchedulerRequest
{
    // Continuations must not run on the loop's thread: a slow caller would hold up everyone.
    private readonly TaskCompletionSource<ScoreResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int[] Prefix { get; } = prefix;

    public int[] Tokens { get; } = tokens;

    public LabelTrie Labels { get; } = labels;

    /// <summary>
    /// Share of all labels' calibrated probability that may stay unevaluated, so that each is right to it. 0 evaluates every label.
    /// </summary>
    public double Tolerance { get; init; }

    /// <summary>The temperature that the scores will be calibrated with.</summary>
    public double Temperature { get; init; } = 1;

    public Task<ScoreResult> Task => completion.Task;

    public override bool IsFinished => completion.Task.IsCompleted;

    public void Complete(ScoreResult result)
    {
        Abandon();
        completion.TrySetResult(result);
    }

    protected override void SetException(Exception error) => completion.TrySetException(error);

    protected override void Cancel(CancellationToken token) => completion.TrySetCanceled(token);
}
