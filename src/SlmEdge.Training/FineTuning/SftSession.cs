using System.Diagnostics;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.Families;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Randomness;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>The loop of one fine-tuning run.</summary>
internal sealed class SftSession(
    SftOptions options,
    DecoderModel model,
    IOptimizer optimizer,
    LearningRateSchedule schedule,
    SftData data,
    string fingerprint)
{
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _trainable = model.TrainableParameters();
    private readonly BestWeights _best = new(model.TrainableParameters());
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private CheckpointState _start = new(fingerprint, 0, 0);

    public SftOutcome Run(IProgress<TrainingStep>? progress, CancellationToken cancellationToken)
    {
        using var best = _best;
        var start = _start;
        var state = start;
        var stepsPerPass = (data.Train.Length + options.BatchSize - 1) / options.BatchSize;
        var evaluateEvery = options.EvaluateEvery > 0 ? options.EvaluateEvery : stepsPerPass;
        var order = new RowOrder(data.Train.Length, options.Seed);
        using var metrics = new MetricsLog(RunDirectory.MetricsPath(options.OutputDirectory), state.Step);
        ValidationScore? latest = null;
        while (state.Step < schedule.TotalSteps && !Exhausted(state))
        {
            var rate = schedule.At(state.Step);
            var examples = Batch(order, state.Step, stepsPerPass);
            var (loss, tokens) = Update(examples, state.Step);
            var norm = GradientClipping.Apply(_trainable, options.GradientClip);
            RequireFinite("gradient norm", norm, examples, state.Step);
            optimizer.Step(rate);
            state = state with { Step = state.Step + 1, Tokens = state.Tokens + tokens };

            var evaluated = state.Step % evaluateEvery == 0 || state.Step == schedule.TotalSteps;
            if (evaluated)
            {
                latest = Evaluate();
                RequireFinite("validation loss after the update", latest.Value.Loss, examples, state.Step - 1);
                state = Keep(state, latest.Value);
            }

            var speed = (state.Tokens - start.Tokens) / _clock.Elapsed.TotalSeconds;
            var remaining = TimeSpan.FromSeconds((schedule.TotalSteps - state.Step) * _clock.Elapsed.TotalSeconds / (state.Step - start.Step));
            metrics.Append(new MetricsRecord(state.Step, state.Tokens, loss, rate, norm, speed, evaluated ? latest!.Value.Loss : null, evaluated ? latest!.Value.Accuracy : null));
            progress?.Report(new TrainingStep(state.Step, schedule.TotalSteps, loss, latest?.Loss, latest?.Accuracy, rate, norm, speed, state.Tokens, remaining));
            if (evaluated || cancellationToken.IsCancellationRequested)
            {
                Checkpoint.Save(options.OutputDirectory, state, CheckpointTensors());
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        best.Restore(_trainable);
        return new SftOutcome(state.Step, state.BestStep, Evaluate(), state.Step < schedule.TotalSteps);
    }

    private bool Exhausted(CheckpointState state) => options.Patience > 0 && state.StaleEvaluations >= options.Patience;

    private CheckpointState Keep(CheckpointState state, ValidationScore score)
    {
        if (state.BestScore is { } best && score.Rank <= best)
        {
            return state with { StaleEvaluations = state.StaleEvaluations + 1 };
        }

        _best.Keep(_trainable);
        return state with { BestScore = score.Rank, BestStep = state.Step, StaleEvaluations = 0 };
    }

    /// <summary>Takes up the last checkpoint when the run is to be continued.</summary>
    /// <exception cref="TrainingException">There is none, or it is of other settings; nothing in the run directory has changed.</exception>
    public void Restore()
    {
        if (!options.Resume)
        {
            return;
        }

        _start = Checkpoint.ReadState(options.OutputDirectory, fingerprint);
        Checkpoint.Restore(options.OutputDirectory, CheckpointTensors());
        optimizer.RestoreSteps(_start.Step);
    }

    // Weights that are not finite decide for the first label everywhere, so accuracy alone does not show them.
    private void RequireFinite(string what, double value, SupervisedExample[] examples, long step)
    {
        if (!double.IsFinite(value))
        {
            var rows = string.Join(", ", examples.Take(5).Select(e => $"{Path.GetFileName(e.File)}:{e.Row}"));
            throw new TrainingException(
                $"The {what} of step {step + 1} is {value}. The batch held {examples.Length} rows ({rows}{(examples.Length > 5 ? ", …" : string.Empty)}). Start anew with a lower --learning-rate (now {options.EffectiveLearningRate}).");
        }
    }

    private IEnumerable<KeyValuePair<string, Tensor>> CheckpointTensors() => _trainable.Concat(optimizer.State()).Concat(_best.State());

    private SupervisedExample[] Batch(RowOrder order, long step, int stepsPerPass)
    {
        var pass = step / stepsPerPass;
        var first = (int)(step % stepsPerPass) * options.BatchSize;
        var count = Math.Min(options.BatchSize, data.Train.Length - first);
        return [.. Enumerable.Range(first, count).Select(i => data.Train[order.At((pass * data.Train.Length) + i)])];
    }

    /// <summary>Gradients of one batch, in as many packs as its tokens need.</summary>
    private (double Loss, long Tokens) Update(SupervisedExample[] examples, long step)
    {
        // Dropout is drawn from seed and step, so that a resumed run draws what the uninterrupted one would have drawn.
        var draw = unchecked((options.Seed * 1_000_003) + step);
        manual_seed(draw);
        model.SetTraining(true);
        if (options.TokenDropout > 0)
        {
            var random = new Random((int)(draw ^ (draw >> 32)));
            examples = [.. examples.Select(e => e.WithTokenDropout(options.TokenDropout, random))];
        }

        var supervised = examples.Sum(e => e.Targets.Length);
        double sum = 0;
        long tokens = 0;
        foreach (var batch in SupervisedBatch.Split(examples, options.PackTokens))
        {
            using var scope = NewDisposeScope();
            var hidden = model.Forward(batch.Pack);
            sum += ChunkedCrossEntropy.Backward(hidden, batch.Positions, batch.Targets, model.Head, 1.0 / supervised, model.Config.LogitSoftcap);
            tokens += batch.Pack.TokenCount;
        }

        var loss = sum / supervised;
        RequireFinite("loss", loss, examples, step);
        return (loss, tokens);
    }

    private ValidationScore Evaluate()
    {
        model.SetTraining(false);
        using var guard = no_grad();
        double sum = 0;
        long supervised = 0;
        var right = 0;
        foreach (var batch in SupervisedBatch.Split(data.Valid.OrderBy(e => e.Tokens.Length), options.PackTokens))
        {
            using var scope = NewDisposeScope();
            var hidden = model.Forward(batch.Pack);
            sum += ChunkedCrossEntropy.Evaluate(hidden, batch.Positions, batch.Targets, model.Head, model.Config.LogitSoftcap);
            supervised += batch.Positions.Length;
            if (data.LabelTokens is { } labels)
            {
                var rows = hidden.index_select(0, tensor(batch.Positions, device: model.Device));
                var head = model.Head.index_select(0, tensor(labels, device: model.Device));
                var decided = nn.functional.linear(rows, head).argmax(-1).cpu().data<long>();
                right += batch.Examples.Where((e, i) => decided[i] == e.Label).Count();
            }
        }

        return new ValidationScore(sum / supervised, data.LabelTokens is null ? null : (double)right / data.Valid.Length);
    }
}
