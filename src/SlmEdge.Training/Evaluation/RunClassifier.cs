using SlmEdge.Tasks;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Models;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Evaluation;

/// <summary>The classifier that came of a run. Not thread-safe.</summary>
public sealed class RunClassifier : IDisposable
{
    private readonly BaseTokenizer _tokenizer;
    private readonly TorchEngine _engine;
    private readonly ClassificationPrompt _prompt;

    private RunClassifier(BaseTokenizer tokenizer, TorchEngine engine, ClassificationPrompt prompt)
    {
        _tokenizer = tokenizer;
        _engine = engine;
        _prompt = prompt;
    }

    /// <summary>The task that the run was trained for.</summary>
    public TaskDefinition Task => _prompt.Task;

    /// <summary>Opens what a run has trained, with the base that it remembers.</summary>
    /// <param name="runDirectory">Run directory.</param>
    /// <param name="threads">Compute threads; 0 leaves the choice to libtorch.</param>
    /// <exception cref="TrainingException">The run is not finished, has no classification, or its base is gone or another one.</exception>
    public static RunClassifier Open(string runDirectory, int threads = 0)
    {
        var run = RunRecord.Load(runDirectory);
        if (run is not { FinishedUtc: not null, Task.Kind: TaskKind.Classify, Base: { } @base })
        {
            throw new TrainingException($"'{runDirectory}' is no finished run of a classification, so it cannot judge labels.");
        }

        var full = Directory.Exists(RunDirectory.ModelPath(runDirectory));
        var model = full ? RunDirectory.ModelPath(runDirectory) : @base.Path;
        if (!full && (!Directory.Exists(model) || ModelDirectory.Hash(model) != @base.Sha256))
        {
            throw new TrainingException($"The base of the run '{runDirectory}' is not at '{model}' any more, or has changed.");
        }

        var tokenizer = BaseTokenizer.Open(model);
        try
        {
            var prompt = ClassificationPrompt.Create(run.Task, tokenizer, run.Codes);
            return new RunClassifier(tokenizer, TorchEngine.Open(model, full ? null : RunDirectory.AdapterPath(runDirectory), threads), prompt);
        }
        catch
        {
            tokenizer.Dispose();
            throw;
        }
    }

    /// <summary>For each text the likeliest label and its probability, not calibrated.</summary>
    public IReadOnlyList<(string Label, double Confidence)> Decide(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var labels = _prompt.Labels.LabelCount;
        var scores = new float[texts.Count * labels];
        _engine.ScoreLabels(_prompt.Prefix, [.. texts.Select(text => _prompt.EncodeText(text))], _prompt.Labels, scores, cancellationToken);
        var decisions = new (string, double)[texts.Count];
        for (var i = 0; i < decisions.Length; i++)
        {
            var row = scores.AsSpan(i * labels, labels);
            LabelScores.Normalise(row);
            var best = LabelScores.Best(row);
            decisions[i] = (Task.Labels[best].Name, Math.Exp(row[best]));
        }

        return decisions;
    }

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        _tokenizer.Dispose();
    }
}
