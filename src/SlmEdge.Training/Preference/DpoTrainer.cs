using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Progress;

namespace SlmEdge.Training.Preference;

/// <summary>
/// Training on preferences (DPO, IPO, ORPO). The reference is the model as training starts from it: the base, or the base with the adapter
/// that is trained on. Both answers of a pair stand behind one copy of their prompt.
/// </summary>
public sealed class DpoTrainer
{
    private readonly DpoOptions _options;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">Settings of the run.</param>
    public DpoTrainer(DpoOptions options) => _options = options;

    /// <summary>Runs to the last pass or to the early stop. On cancellation a checkpoint is written before the exception.</summary>
    /// <param name="progress">Told after every update.</param>
    /// <param name="message">Told what is noteworthy about data and model.</param>
    /// <param name="cancellationToken">Stops the run after the update in progress.</param>
    /// <exception cref="TrainingException">Settings contradict each other, or the loss is not finite.</exception>
    public FineTuningResult Run(IProgress<TrainingStep>? progress = null, Action<string>? message = null, CancellationToken cancellationToken = default) =>
        new FineTuningRun("dpo", _options).Execute(
            (tokenizer, model) =>
            {
                var data = PreferenceData.Load(_options, tokenizer, model.Config, message);
                var subject = new RunSubject(
                    _options.Task, null, data.Sha256, data.Train.Length, data.Valid.Length, new { _options.Loss, _options.Beta, _options.LabelSmoothing });
                return (subject, new DpoObjective(_options, model, data));
            },
            progress,
            message,
            cancellationToken);
}
