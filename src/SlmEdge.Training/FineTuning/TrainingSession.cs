using System.Diagnostics;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.Families;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Randomness;
using SlmEdge.Training.Runs;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>The loop of one fine-tuning run, whatever its objective.</summary>
internal sealed class TrainingSession(
    FineTuningOptions options,
    DecoderModel model,
    IOptimizer optimizer,
    LearningRateSchedule schedule,
    IObjective objective,
    GeneralMix? general,
    string fingerprint)
{
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _trainable = model.TrainableParameters();
    private readonly BestWeights _best = new(model.TrainableParameters());
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private CheckpointState _start = new(fingerprint, 0, 0);

    public SessionOutcome Run(IProgress<TrainingStep>? progress, CancellationToken cancellationToken)
    {
        using var best = _best;
        var start = _start;
        var state = start;
        var stepsPerPass = (objective.RowCount + options.BatchSize - 1) / options.BatchSize;
        var evaluateEvery = options.EvaluateEvery > 0 ? options.EvaluateEvery : stepsPerPass;
        var order = new RowOrder(objective.RowCount, options.Seed);
        using var metrics = new MetricsLog(RunDirectory.MetricsPath(options.OutputDirectory), state.Step);
        ValidationScore? latest = null;
        while (state.Step < schedule.TotalSteps && !Exhausted(state))
        {
            var rate = schedule.At(state.Step);
            var place = (state.Step / stepsPerPass * objective.RowCount) + (state.Step % stepsPerPass * options.BatchSize);
            var rows = Batch(order, place);
            var (step, mixed) = Update(rows, place, state.Step);
            var norm = GradientClipping.Apply(_trainable, options.GradientClip);
            RequireFinite("gradient norm", norm, rows, state.Step);
            optimizer.Step(rate);
            state = state with { Step = state.Step + 1, Tokens = state.Tokens + step.Tokens + (mixed?.Tokens ?? 0) };

            var evaluated = state.Step % evaluateEvery == 0 || state.Step == schedule.TotalSteps;
            if (evaluated)
            {
                latest = Evaluate();
                RequireFinite("validation loss after the update", latest.Value.Loss, rows, state.Step - 1);
                state = Keep(state, latest.Value);
            }

            var speed = (state.Tokens - start.Tokens) / _clock.Elapsed.TotalSeconds;
            var remaining = TimeSpan.FromSeconds((schedule.TotalSteps - state.Step) * _clock.Elapsed.TotalSeconds / (state.Step - start.Step));
            metrics.Append(new MetricsRecord(state.Step, state.Tokens, step.Loss, rate, norm, speed, evaluated ? latest!.Value.Loss : null, evaluated ? latest!.Value.Accuracy : null)
            {
                GeneralLoss = mixed?.Loss,
                Rewards = step.Rewards,
                ValidationRewards = evaluated ? latest!.Value.Rewards : null,
            });
            progress?.Report(new TrainingStep(state.Step, schedule.TotalSteps, step.Loss, latest?.Loss, latest?.Accuracy, rate, norm, speed, state.Tokens, remaining));
            if (evaluated || cancellationToken.IsCancellationRequested)
            {
                Checkpoint.Save(options.OutputDirectory, state, CheckpointTensors());
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        best.Restore(_trainable);
        return new SessionOutcome(state.Step, state.BestStep, Evaluate(), state.Step < schedule.TotalSteps);
    }

    /// <summary>Takes up the last checkpoint when the run is to be continued.</summary>
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

    // Weights that are not finite decide for the first label everywhere, so accuracy alone does not show them.
    private void RequireFinite(string what, double value, int[] rows, long step)
    {
        if (!double.IsFinite(value))
        {
            var named = string.Join(", ", rows.Take(5).Select(objective.Locate));
            throw new TrainingException(
                $"The {what} of step {step + 1} is {value}. The batch held {rows.Length} rows ({named}{(rows.Length > 5 ? ", …" : string.Empty)}). Start anew with a lower --learning-rate (now {options.EffectiveLearningRate}).");
        }
    }

    private IEnumerable<KeyValuePair<string, Tensor>> CheckpointTensors() => _trainable.Concat(optimizer.State()).Concat(_best.State());

    /// <param name="order">The order of the rows.</param>
    /// <param name="place">Rows visited before, over all passes.</param>
    private int[] Batch(RowOrder order, long place)
    {
        var count = (int)Math.Min(options.BatchSize, objective.RowCount - (place % objective.RowCount));
        return [.. Enumerable.Range(0, count).Select(i => order.At(place + i))];
    }

    /// <summary>Gradients of one batch and of the general rows that are due with it; each row counts alike.</summary>
    private (StepLoss Step, StepLoss? Mixed) Update(int[] rows, long place, long step)
    {
        // Dropout is drawn from seed and step, so that a resumed run draws what the uninterrupted one would have drawn.
        var draw = unchecked((options.Seed * 1_000_003) + step);
        manual_seed(draw);
        model.SetTraining(true);
        var random = new Random((int)(draw ^ (draw >> 32)));
        var due = general?.Due(place, rows.Length) ?? [];
        var share = (double)due.Count / (rows.Length + due.Count);
        var loss = objective.Accumulate(rows, 1 - share, random);
        RequireFinite("loss", loss.Loss, rows, step);
        if (due.Count == 0)
        {
            return (loss, null);
        }

        var mixed = TokenLoss.Accumulate(model, due, options.PackTokens, share);
        return double.IsFinite(mixed.Loss)
            ? (loss, mixed)
            : throw new TrainingException(
                $"The loss of the general rows of step {step + 1} is {mixed.Loss} (first: {Path.GetFileName(due[0].File)}:{due[0].Row}). Start anew with a lower --learning-rate (now {options.EffectiveLearningRate}).");
    }

    private ValidationScore Evaluate()
    {
        model.SetTraining(false);
        return objective.Evaluate();
    }
}
