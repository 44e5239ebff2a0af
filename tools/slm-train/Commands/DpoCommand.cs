using System.CommandLine;
using SlmEdge.Tasks;
using SlmEdge.Train.Display;
using SlmEdge.Training.Preference;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train dpo</c>: training on preferences.</summary>
internal static class DpoCommand
{
    public static Command Create()
    {
        var shared = new FineTuningArguments("Training rows: .jsonl (also .gz) with prompt, chosen and rejected, or two dialogues", epochs: 3);
        var task = new Option<FileInfo?>("--task") { Description = "Task of kind generate, whose instruction stands before each prompt" };
        var loss = new Option<PreferenceLossKind>("--loss") { DefaultValueFactory = _ => PreferenceLossKind.Dpo, Description = "dpo, ipo or orpo" }.Named();
        var beta = new Option<double>("--beta") { DefaultValueFactory = _ => 0.1, Description = "Strength: DPO's beta, IPO's tau, ORPO's lambda" }.AtLeast(0);
        var smoothing = new Option<double>("--label-smoothing") { DefaultValueFactory = _ => 0, Description = "DPO: probability that a pair is labelled the wrong way round" }.Between(0, 0.5);
        var skip = new Option<bool>("--skip-unusable") { Description = "Leave out rows whose answers are the same, whose prompts differ or that have an empty turn" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var command = new Command("dpo", "Train on preferences: DPO, IPO or ORPO") { task, loss, beta, smoothing, skip, json };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var own = new DpoOptions
            {
                BaseDirectory = shared.Base(parsed),
                TrainFile = shared.Train(parsed),
                OutputDirectory = shared.Output(parsed),
                Task = parsed.GetValue(task) is { } file ? TaskDefinition.Load(file.FullName) : null,
                Loss = parsed.GetValue(loss),
                Beta = parsed.GetValue(beta),
                LabelSmoothing = parsed.GetValue(smoothing),
                SkipUnusable = parsed.GetValue(skip),
            };
            var options = shared.Complete(own, parsed);
            FineTuningCommand.Run(options, progress => new DpoTrainer(options).Run(progress, TrainingDisplay.Message, cancellation), parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }
}
