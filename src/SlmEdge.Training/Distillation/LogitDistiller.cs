using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Models;
using SlmEdge.Training.Progress;

namespace SlmEdge.Training.Distillation;

/// <summary>
/// Supervised fine-tuning in which a teacher with the same tokens shows its whole distribution at every supervised token
/// (Hinton et al. 2015, arXiv 1503.02531).
/// </summary>
public sealed class LogitDistiller
{
    private readonly LogitDistillationOptions _options;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">Settings of the run.</param>
    public LogitDistiller(LogitDistillationOptions options) => _options = options;

    /// <summary>Runs to the last pass or to the early stop. On cancellation a checkpoint is written before the exception.</summary>
    /// <param name="progress">Told after every update.</param>
    /// <param name="message">Told what is noteworthy about data and models.</param>
    /// <param name="cancellationToken">Stops the run after the update in progress.</param>
    /// <exception cref="TrainingException">Settings contradict each other, the teacher has other tokens, or the loss is not finite.</exception>
    public FineTuningResult Run(IProgress<TrainingStep>? progress = null, Action<string>? message = null, CancellationToken cancellationToken = default)
    {
        DecoderModel? teacher = null;
        try
        {
            return new FineTuningRun("distill logits", _options).Execute(
                (tokenizer, model) =>
                {
                    if (_options.Task.Decision.MultiLabel)
                    {
                        throw new TrainingException("A teacher's distribution is learned for one label a text; train tasks with multiLabel with 'slm-train sft'.");
                    }

                    var data = SftData.Load(_options, tokenizer, model.Config, message);
                    teacher = TeacherModel.Load(_options, tokenizer, message);
                    if (data.Train.Concat(data.Valid).Max(e => e.Tokens.Length) is var longest && longest > teacher.Config.ContextLength)
                    {
                        throw new TrainingException($"A row of {longest} tokens exceeds the teacher's context of {teacher.Config.ContextLength}; give --max-length {teacher.Config.ContextLength}.");
                    }

                    var subject = new RunSubject(_options.Task, data.Codes, data.PromptSha256, data.Train.Length, data.Valid.Length, new
                    {
                        TokenDropout = _options.EffectiveTokenDropout, _options.Distillation, _options.TeacherInNf4, Teacher = ModelDirectory.Hash(_options.TeacherDirectory), Adapter = AdapterHash(),
                    });
                    return (subject, new DistillationObjective(_options, model, teacher, data));
                },
                progress,
                message,
                cancellationToken);
        }
        finally
        {
            teacher?.Dispose();
        }
    }

    private string? AdapterHash() => _options.TeacherAdapterDirectory is { } adapter ? ModelDirectory.Hash(adapter) : null;
}
