using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Teachers.Distillation;
using SlmEdge.Train.Display;
using SlmEdge.Training.Runs;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train distill</c>: rows to learn from, answered by a larger model.</summary>
internal static class DistillCommand
{
    public static Command Create()
    {
        var mode = new Option<DistillMode>("--mode") { DefaultValueFactory = _ => DistillMode.Responses, Description = "responses, reasoning or preferences; distributions are learned by 'distill logits'" }.Named();
        var prompts = new Option<FileInfo>("--prompts") { Description = "Rows to be answered: texts of the task, instructions, messages or prompts", Required = true };
        var task = new Option<FileInfo?>("--task") { Description = "Task definition; of a classification it gives the question and the labels" };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var output = new Option<FileInfo>("--out") { Description = "Rows to write (.jsonl)", Required = true };
        var samples = new Option<int>("--samples") { DefaultValueFactory = _ => 0, Description = "Answers for each row; 0 is 1, and 2 for preferences" }.Between(0, 64);
        var vote = new Option<bool>("--vote") { Description = "Take what most of the answers say; a classification always does" };
        var agreement = new Option<double>("--min-agreement") { DefaultValueFactory = _ => 0.5, Description = "Smallest share of the answers that has to agree" }.Between(0, 1);
        var attempts = new Option<int>("--attempts") { DefaultValueFactory = _ => 2, Description = "How often a row is asked until its answer can be used" }.Between(1, 100);
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1, Description = "Seed of the draws" }.AtLeast(0);
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Compute threads of a model file; 0 takes the number of cores" }.InThreads();
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var teacher = new TeacherArguments();
        var command = new Command("distill", "Let a larger model answer rows, and keep what a small one learns from")
        {
            mode, prompts, task, textColumn, output, samples, vote, agreement, attempts, seed, threads, json,
        };
        teacher.AddTo(command);
        command.Subcommands.Add(DistillLogitsCommand.Create());
        command.SetAction(async (parsed, cancellation) =>
        {
            var given = parsed.GetValue(samples);
            var options = new DistillOptions
            {
                PromptsFile = parsed.GetValue(prompts)!.FullName,
                OutputFile = parsed.GetValue(output)!.FullName,
                Mode = parsed.GetValue(mode),
                Task = parsed.GetValue(task) is { } file ? TaskDefinition.Load(file.FullName) : null,
                Sampling = teacher.Sampling(parsed, parsed.GetValue(seed)),
                Samples = given > 0 ? given : parsed.GetValue(mode) == DistillMode.Preferences ? 2 : 1,
                Vote = parsed.GetValue(vote),
                MinAgreement = parsed.GetValue(agreement),
                Attempts = parsed.GetValue(attempts),
                TemplateFolder = teacher.Templates(parsed),
                TextColumn = parsed.GetValue(textColumn)!,
            };
            var distiller = new Distiller(options);
            using var asked = teacher.Open(parsed, parsed.GetValue(threads));
            DistillResult result;
            try
            {
                result = await TeacherDisplay.RunAsync("rows", progress => distiller.RunAsync(asked, progress, cancellation)).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw new StoppedException($"What was answered is in {options.OutputFile}; the same command asks only for what is missing.", e);
            }

            Print(result, teacher.Prices(parsed), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static void Print(DistillResult result, (double Prompt, double Answer) prices, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, RunRecord.Json));
            return;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Written:N0} rows from {result.Asked:N0}: {result.Output}"));
        if (result.Failures is { } failures)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Failed:N0} rows have no usable answer: {failures}"));
        }

        Console.WriteLine(TeacherDisplay.Describe(result.Usage, prices));
    }
}
