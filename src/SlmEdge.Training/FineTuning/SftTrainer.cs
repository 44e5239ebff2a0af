using SlmEdge.Training.Progress;

namespace SlmEdge.Training.FineTuning;

/// <summary>
/// Supervised fine-tuning: loss on the answer only, rows packed without padding or cross-contamination,
/// validation once per pass, early stopping, the best weights kept.
/// </summary>
public sealed class SftTrainer
{
    private readonly SftOptions _options;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">Settings of the run.</param>
    public SftTrainer(SftOptions options) => _options = options;

    /// <summary>Runs to the last pass or to the early stop. On cancellation a checkpoint is written before the exception.</summary>
    /// <param name="progress">Told after every update.</param>
    /// <param name="message">Told what is noteworthy about data and model.</param>
    /// <param name="cancellationToken">Stops the run after the update in progress.</param>
    /// <exception cref="TrainingException">Settings contradict each other, or the loss is not finite.</exception>
    public FineTuningResult Run(IProgress<TrainingStep>? progress = null, Action<string>? message = null, CancellationToken cancellationToken = default) =>
        Run(_options.KeepLayers is { } keep ? PrunedBase.Prepare(_options, keep, message, cancellationToken) : _options, progress, message, cancellationToken);

    private static FineTuningResult Run(SftOptions options, IProgress<TrainingStep>? progress, Action<string>? message, CancellationToken cancellationToken) =>
        new FineTuningRun("sft", options).Execute(
            (tokenizer, model) =>
            {
                var data = SftData.Load(options, tokenizer, model.Config, message);
                var subject = new RunSubject(options.Task, data.Codes, data.PromptSha256, data.Train.Length, data.Valid.Length, new { TokenDropout = options.EffectiveTokenDropout })
                {
                    LabelThreshold = data.Labels is { Task.Decision: { MultiLabel: true, LabelThreshold: null } } labels
                        ? ct => SeveralLabels.ChooseThreshold(model, labels, data.ValidLabelled, ct)
                        : null,
                    Samples = data.Prompt is null ? null : ct => WritingSamples.Write(model, tokenizer, data.Prompt, data.ValidRows, ct),
                };
                return (subject, new SftObjective(options, model, data));
            },
            progress,
            message,
            cancellationToken);
}
