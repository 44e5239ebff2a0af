using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.LlamaCpp.Generation;
using SlmEdge.Engines.Sampling;

namespace SlmEdge.Teachers.Local;

/// <summary>
/// A GGUF model evaluated by llama.cpp in this process. Questions that wait are answered together, each evaluation carrying one token of
/// every answer.
/// </summary>
public sealed class LocalTeacher : ITeacher
{
    private readonly LlamaCppEngine _engine;
    private readonly LocalPrompt _prompt;
    private readonly Channel<LocalQuestion> _waiting = Channel.CreateUnbounded<LocalQuestion>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _worker;

    private LocalTeacher(LlamaCppEngine engine, LocalPrompt prompt, string identity, int concurrency)
    {
        _engine = engine;
        _prompt = prompt;
        Identity = identity;
        Concurrency = concurrency;
        _worker = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public int Concurrency { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="ggufPath">A GGUF file with weights and vocabulary.</param>
    /// <param name="options">Context, concurrency, threads.</param>
    /// <exception cref="EngineException">The file is missing or llama.cpp refuses it.</exception>
    /// <exception cref="Formats.ModelFormatException">The file is damaged.</exception>
    public static LocalTeacher Open(string ggufPath, LocalTeacherOptions? options = null)
    {
        options ??= new LocalTeacherOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1);
        var engine = LlamaCppEngine.Open(ggufPath, new LlamaCppOptions
        {
            ContextLength = options.ContextLength,
            MaxSequences = options.Concurrency,

            // Questions of usual size are far shorter than the context: twice its length holds many of them at once.
            FullSequences = options.Concurrency > 1 ? 2 : 1,
            Threads = options.Threads,
            GpuLayers = options.GpuLayers,
        });
        try
        {
            var prompt = new LocalPrompt(engine);
            using var file = File.OpenRead(ggufPath);
            return new LocalTeacher(engine, prompt, $"gguf {Convert.ToHexStringLower(SHA256.HashData(file))}", options.Concurrency);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<TeacherReply> AskAsync(TeacherRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var prompt = _prompt.Encode(request.Messages);
        var parts = new List<Task<IReadOnlyList<GeneratedText>>>();
        for (var first = 0; first < request.Samples; first += Concurrency)
        {
            var question = new LocalQuestion(Generation(request, prompt, first), cancellationToken);
            Check(question.Request);
            if (!_waiting.Writer.TryWrite(question))
            {
                throw new ObjectDisposedException(nameof(LocalTeacher));
            }

            parts.Add(question.Answer.Task);
        }

        var texts = (await Task.WhenAll(parts).WaitAsync(cancellationToken).ConfigureAwait(false)).SelectMany(part => part).ToArray();
        return new TeacherReply(
            [.. texts.Select(text => new TeacherAnswer(text.Text, text.End == GenerationEnd.Length ? AnswerEnd.Length : AnswerEnd.Complete))],
            prompt.Length,
            texts.Sum(text => text.Tokens.Length));
    }

    /// <summary>Stops what is under way and releases the model.</summary>
    public void Dispose()
    {
        if (_waiting.Writer.TryComplete())
        {
            _closing.Cancel();
            _worker.Wait();
            _engine.Dispose();
            _closing.Dispose();
        }
    }

    private GenerationRequest Generation(TeacherRequest request, int[] prompt, int first)
    {
        var sampling = request.Sampling;
        return new GenerationRequest(
            prompt,
            sampling.MaxTokens,
            new SamplingOptions
            {
                Temperature = (float)sampling.Temperature,
                TopP = (float)sampling.TopP,
                TopK = sampling.TopK,
                RepetitionPenalty = (float)sampling.RepetitionPenalty,
                Seed = unchecked(sampling.Seed + (uint)first),
            },
            Math.Min(Concurrency, request.Samples - first),
            sampling.Stop);
    }

    private void Check(GenerationRequest request)
    {
        try
        {
            _engine.CheckRequest(request);
        }
        catch (Exception e) when (e is EngineException or ArgumentException)
        {
            throw new TeacherException(e.Message, thisRequestOnly: true, e);
        }
    }

    private void Work()
    {
        var underWay = new ConcurrentDictionary<GenerationRequest, LocalQuestion>(ReferenceEqualityComparer.Instance);
        while (Wait())
        {
            try
            {
                _engine.Generate(Next, (request, texts) =>
                {
                    underWay.TryRemove(request, out var question);
                    question!.Answer.TrySetResult(texts);
                }, _closing.Token);
            }
            catch (Exception e)
            {
                // Nobody else waits on this thread: who asked has to hear of it.
                foreach (var question in underWay.Values)
                {
                    question.Answer.TrySetException(e is OperationCanceledException ? new ObjectDisposedException(nameof(LocalTeacher)) : new TeacherException($"The local teacher failed: {e.Message}", inner: e));
                }

                underWay.Clear();
            }
        }

        GenerationRequest? Next()
        {
            while (_waiting.Reader.TryRead(out var question))
            {
                if (question.Cancellation.IsCancellationRequested)
                {
                    question.Answer.TrySetCanceled(question.Cancellation);
                    continue;
                }

                underWay[question.Request] = question;
                return question.Request;
            }

            return null;
        }
    }

    private bool Wait()
    {
        var more = _waiting.Reader.WaitToReadAsync();
        return more.IsCompletedSuccessfully ? more.Result : more.AsTask().GetAwaiter().GetResult();
    }
}
