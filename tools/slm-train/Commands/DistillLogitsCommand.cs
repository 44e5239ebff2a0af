using System.CommandLine;
using SlmEdge.Tasks;
using SlmEdge.Train.Display;
using SlmEdge.Training.Distillation;
using SlmEdge.Training.Losses;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train distill logits</c>: fine-tuning beside a teacher that shows its distributions.</summary>
internal static class DistillLogitsCommand
{
    public static Command Create()
    {
        var shared = new FineTuningArguments("Training rows: .jsonl or .csv with text and label", epochs: 10);
        var teacher = new Option<DirectoryInfo>("--teacher-base") { Description = "Teacher (Hugging Face layout) with the student's tokenizer", Required = true };
        var adapter = new Option<DirectoryInfo?>("--teacher-adapter") { Description = "Adapter of the teacher" };
        var nf4 = new Option<bool>("--teacher-nf4") { Description = "Hold the teacher's projections in NF4" };
        var temperature = new Option<double>("--kd-temperature") { DefaultValueFactory = _ => 2, Description = "Divides both models' logits" }.AtLeast(0);
        var weight = new Option<double>("--kd-weight") { DefaultValueFactory = _ => 0.5, Description = "Share of the divergence from the teacher in the loss" }.Between(0, 1);
        var topK = new Option<int>("--kd-top-k") { DefaultValueFactory = _ => 0, Description = "Learn only the teacher's so many likeliest tokens; 0 is all" }.AtLeast(0);
        var task = new Option<FileInfo>("--task") { Description = "Task definition", Required = true };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var labelColumn = new Option<string>("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
        var tokenDropout = new Option<double?>("--token-dropout") { Description = "Share of each training text's tokens left out at random, against learning by heart; of kind classify only, where it is 0.1" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var command = new Command("logits", "Fine-tune a base model on a task and on the distributions of a teacher with the same tokenizer")
        {
            teacher, adapter, nf4, temperature, weight, topK, task, textColumn, labelColumn, tokenDropout, json,
        };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var own = new LogitDistillationOptions
            {
                BaseDirectory = shared.Base(parsed),
                TrainFile = shared.Train(parsed),
                OutputDirectory = shared.Output(parsed),
                TeacherDirectory = parsed.GetValue(teacher)!.FullName,
                TeacherAdapterDirectory = parsed.GetValue(adapter)?.FullName,
                TeacherInNf4 = parsed.GetValue(nf4),
                Distillation = new DistillationSettings(parsed.GetValue(temperature), parsed.GetValue(weight), parsed.GetValue(topK)),
                Task = TaskDefinition.Load(parsed.GetValue(task)!.FullName),
                TextColumn = parsed.GetValue(textColumn)!,
                LabelColumn = parsed.GetValue(labelColumn)!,
                TokenDropout = parsed.GetValue(tokenDropout),
            };
            var options = shared.Complete(own, parsed);
            FineTuningCommand.Run(options, progress => new LogitDistiller(options).Run(progress, TrainingDisplay.Message, cancellation), parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }
}
