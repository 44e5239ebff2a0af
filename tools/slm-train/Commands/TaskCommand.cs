using System.CommandLine;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train task</c>: a task definition from labelled rows, to be edited by hand.</summary>
internal static class TaskCommand
{
    public static Command Create()
    {
        var from = new Option<FileInfo>("--from") { Description = "Labelled rows: .jsonl or .csv", Required = true };
        var name = new Option<string?>("--name") { Description = "Name of the task; the file's name when left out" };
        var instruction = new Option<string?>("--instruction") { Description = "What the model is told to do" };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var labelColumn = new Option<string>("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
        var multiLabel = new Option<bool>("--multi-label") { Description = "Rows have several labels: a list in JSON Lines, names with | between them in CSV" };
        var output = new Option<FileInfo>("--out") { Description = "task.json to write", Required = true };
        var command = new Command("task", "Make a task.json from the labels that stand in your data") { from, name, instruction, textColumn, labelColumn, multiLabel, output };
        command.SetAction((parsed, _) =>
        {
            var reader = new ReaderOptions { TextColumn = parsed.GetValue(textColumn)!, LabelColumn = parsed.GetValue(labelColumn)! };
            var template = TaskTemplate.FromFile(parsed.GetValue(from)!.FullName, reader, parsed.GetValue(name), parsed.GetValue(instruction), parsed.GetValue(multiLabel));
            AtomicFile.WriteText(parsed.GetValue(output)!.FullName, template.Task.ToJson());
            Console.WriteLine($"{template.Task.Labels.Count} labels of {template.Examples:N0} rows written to {parsed.GetValue(output)}");
            return Task.FromResult(0);
        });
        return command;
    }
}
