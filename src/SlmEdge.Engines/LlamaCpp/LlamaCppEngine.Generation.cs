using SlmEdge.Engines.LlamaCpp.Generation;
using SlmEdge.Engines.Scoring;

namespace SlmEdge.Engines.LlamaCpp;

public sealed partial class LlamaCppEngine
{
    /// <summary>
    /// Continues prompts, many at a time: as one ends, the next is taken. Returns when nothing is under way and
    /// <paramref name="next"/> gives null.
    /// </summary>
    /// <param name="next">Gives the next prompt, or null when there is none now.</param>
    /// <param name="done">Receives each request with its continuations, in the order in which they end.</param>
    /// <param name="ct">Stops between two evaluations; what is under way is lost.</param>
    /// <exception cref="EngineException">A prompt is too long, there is no memory for the answers, or the native evaluation failed.</exception>
    /// <remarks>
    /// The same seed draws the same numbers, but llama.cpp rounds differently as batches differ: only a prompt that is alone gives the same
    /// tokens every time.
    /// </remarks>
    public void Generate(
        Func<GenerationRequest?> next, Action<GenerationRequest, IReadOnlyList<GeneratedText>> done, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(done);
        lock (gate)
        {
            CheckUsable();
            try
            {
                generator.Run(() => Checked(next()), done, ct);
            }
            catch
            {
                evaluator.Reset();
                throw;
            }
        }
    }

    /// <summary>Checks a request without running it.</summary>
    /// <exception cref="EngineException">The prompt is too long, or there is no memory for the answers.</exception>
    /// <exception cref="ArgumentException">The prompt is empty, a token is outside the vocabulary, or a sampling setting is out of range.</exception>
    public void CheckRequest(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        EngineInput.CheckSequence(request.Prompt, VocabularySize, ContextLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxTokens, 1);
        request.Sampling.Validate();
        generator.Check(request);
    }

    private GenerationRequest? Checked(GenerationRequest? request)
    {
        if (request is not null)
        {
            CheckRequest(request);
        }

        return request;
    }
}
