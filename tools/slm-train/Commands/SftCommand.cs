using System.CommandLine;
using SlmEdge.Tasks;
using SlmEdge.Train.Display;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train sft</c>: supervised fine-tuning of a task.</summary>
internal static class SftCommand
{
    public static Command Create()
    {
        var shared = new FineTuningArguments("Training rows (.jsonl, .csv): text and label; text and output (extract); instruction, input, output (generate); messages (chat)", epochs: 10);
        var task = new Option<FileInfo>("--task") { Description = "Task definition; 'slm-train task' makes one from your data", Required = true };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var labelColumn = new Option<string>("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
        var tokenDropout = new Option<double?>("--token-dropout") { Description = "Share of each training text's tokens left out at random, against learning by heart; of kind classify only, where it is 0.1" };
        var keepLayers = new Option<int?>("--keep-layers") { Description = "Train a base with as many of its layers; the consecutive ones that change the validation prompts least are left out" };
        keepLayers.Between(1, 4096);
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var command = new Command("sft", "Fine-tune a base model on a task") { task, textColumn, labelColumn, tokenDropout, keepLayers, json };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var own = new SftOptions
            {
                BaseDirectory = shared.Base(parsed),
                TrainFile = shared.Train(parsed),
                OutputDirectory = shared.Output(parsed),
                Task = TaskDefinition.Load(parsed.GetValue(task)!.FullName),
                TextColumn = parsed.GetValue(textColumn)!,
                LabelColumn = parsed.GetValue(labelColumn)!,
                KeepLayers = parsed.GetValue(keepLayers),
                TokenDropout = parsed.GetValue(tokenDropout),
            };
            ColumnsOfKind.Check(own.Task.Kind, parsed, textColumn, labelColumn);
            var options = shared.Complete(own, parsed);
            FineTuningCommand.Run(options, progress => new SftTrainer(options).Run(progress, TrainingDisplay.Message, cancellation), parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }
}
