using SlmEdge.Engines.LlamaCpp.Generation;

namespace SlmEdge.Teachers.Local;

/// <summary>A question that waits for the local model.</summary>
internal sealed class LocalQuestion(GenerationRequest request, CancellationToken cancellation)
{
    public GenerationRequest Request { get; } = request;

    public CancellationToken Cancellation { get; } = cancellation;

    public TaskCompletionSource<IReadOnlyList<GeneratedText>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
