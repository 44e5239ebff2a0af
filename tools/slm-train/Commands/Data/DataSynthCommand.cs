using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Synthesis;
using SlmEdge.Train.Display;
using SlmEdge.Training.Evaluation;
using SlmEdge.Training.Runs;
using Spectre.Console;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data synth</c>: new labelled texts, written by a larger model.</summary>
internal static class DataSynthCommand
{
    private enum Mode
    {
        Seeds,
        Topics,
        Adversarial,
    }

    public static Command Create()
    {
        var task = new Option<FileInfo>("--task") { Description = "The classification whose texts are wanted", Required = true };
        var seeds = new Option<FileInfo>("--seeds") { Description = "Real labelled rows: .jsonl or .csv", Required = true };
        var output = new Option<FileInfo>("--out") { Description = "Rows to write (.jsonl)", Required = true };
        var mode = new Option<Mode>("--mode") { DefaultValueFactory = _ => Mode.Seeds, Description = "seeds (like the real ones), topics, or adversarial" }.Named();
        var adversarial = new Option<SynthKind[]>("--adversarial") { DefaultValueFactory = _ => [SynthKind.Boundary, SynthKind.Negation, SynthKind.Typos], Description = "Kinds of adversarial texts: boundary, negation, typos", AllowMultipleArgumentsPerToken = true };
        var topics = new Option<FileInfo?>("--topics") { Description = "Topics, one on each line, of --mode topics" };
        var confuse = new Option<string[]>("--confuse") { DefaultValueFactory = _ => [], Description = "Labels that are confused, as \"A=B\": texts of A are taken for B; with --judge also the judge's own errors on the seeds" };
        var against = new Option<FileInfo[]>("--against") { DefaultValueFactory = _ => [], Description = "Test and validation rows, which must not come again", AllowMultipleArgumentsPerToken = true };
        var judge = new Option<DirectoryInfo?>("--judge") { Description = "A finished run; rows that its model takes for another label are rejected" };
        var confidence = new Option<double>("--judge-confidence") { DefaultValueFactory = _ => 0.5, Description = "How sure the judge has to be to reject a row" }.Between(0, 1);
        var count = new Option<int>("--count") { DefaultValueFactory = _ => 100, Description = "Rows that are wanted" }.AtLeast(1);
        var perQuestion = new Option<int>("--per-question") { DefaultValueFactory = _ => 5, Description = "Texts that one question asks for" }.Between(1, 100);
        var examples = new Option<int>("--examples") { DefaultValueFactory = _ => 6, Description = "Real texts that one question shows" }.Between(1, 100);
        var most = new Option<int>("--most-questions") { DefaultValueFactory = _ => 0, Description = "Most questions; 0 is three times what would do if every text were kept" }.AtLeast(0);
        var similarity = new Option<double>("--similarity") { DefaultValueFactory = _ => 0.8, Description = "Jaccard similarity from which texts are near-duplicates" }.Between(0.1, 1);
        var shortest = new Option<int>("--min-length") { DefaultValueFactory = _ => 0, Description = "Shortest text in characters; 0 is half of the shortest seed" }.AtLeast(0);
        var longest = new Option<int>("--max-length") { DefaultValueFactory = _ => 0, Description = "Longest text in characters; 0 is 1.5 times the longest seed" }.AtLeast(0);
        var personal = new Option<bool>("--allow-personal-data") { Description = "Keep texts with what looks like personal data" };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var labelColumn = new Option<string>("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1, Description = "Seed of the questions and of the draws" }.AtLeast(0);
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Compute threads of model files; 0 takes the number of cores" }.InThreads();
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var teacher = new TeacherArguments();
        var command = new Command("synth", "Let a larger model write new labelled texts, and keep those that pass the filters")
        {
            task, seeds, output, mode, adversarial, topics, confuse, against, judge, confidence, count, perQuestion, examples, most, similarity, shortest, longest, personal, textColumn, labelColumn, seed, threads, json,
        };
        teacher.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new SynthOptions
            {
                Task = TaskDefinition.Load(parsed.GetValue(task)!.FullName),
                SeedsFile = parsed.GetValue(seeds)!.FullName,
                OutputFile = parsed.GetValue(output)!.FullName,
                Count = parsed.GetValue(count),
                Kinds = parsed.GetValue(mode) switch
                {
                    Mode.Seeds => [SynthKind.Seeds],
                    Mode.Topics => [SynthKind.Topics],
                    _ => Adversarial(parsed.GetValue(adversarial)!),
                },
                Topics = parsed.GetValue(topics) is { } file ? [.. File.ReadLines(file.FullName).Select(line => line.Trim()).Where(line => line.Length > 0)] : [],
                Confusions = [.. parsed.GetValue(confuse)!.Select(Pair)],
                AgainstFiles = [.. parsed.GetValue(against)!.Select(other => other.FullName)],
                TextsPerQuestion = parsed.GetValue(perQuestion),
                ExamplesPerQuestion = parsed.GetValue(examples),
                MostQuestions = parsed.GetValue(most),
                Similarity = parsed.GetValue(similarity),
                MinLength = parsed.GetValue(shortest),
                MaxLength = parsed.GetValue(longest),
                AllowPersonalData = parsed.GetValue(personal),
                JudgeConfidence = parsed.GetValue(confidence),
                Sampling = teacher.Sampling(parsed, parsed.GetValue(seed)),
                TemplateFolder = teacher.Templates(parsed),
                TextColumn = parsed.GetValue(textColumn)!,
                LabelColumn = parsed.GetValue(labelColumn)!,
            };
            using var classifier = parsed.GetValue(judge) is { } run ? RunClassifier.Open(run.FullName, parsed.GetValue(threads)) : null;
            if (classifier is not null)
            {
                options = options with { Confusions = [.. options.Confusions.Concat(Errors(classifier, options, cancellation)).Distinct()] };
            }

            var synthesizer = new Synthesizer(options, classifier is null ? null : new RunJudge(classifier));
            using var asked = teacher.Open(parsed, parsed.GetValue(threads));
            SynthResult result;
            try
            {
                result = await TeacherDisplay.RunAsync("rows", progress => synthesizer.RunAsync(asked, progress, cancellation)).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw new StoppedException($"What was answered is kept beside {options.OutputFile}; the same command asks only for what is missing.", e);
            }

            Print(result, teacher.Prices(parsed), parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static SynthKind[] Adversarial(SynthKind[] kinds) => kinds.FirstOrDefault(kind => kind is SynthKind.Seeds or SynthKind.Topics, SynthKind.Boundary) is var wrong and (SynthKind.Seeds or SynthKind.Topics)
        ? throw new UsageException($"--adversarial takes boundary, negation and typos; {wrong.ToString().ToLowerInvariant()} is a --mode.")
        : kinds;

    private static (string Label, string Other) Pair(string text) => text.Split('=') is [var label, var other]
        ? (label.Trim(), other.Trim())
        : throw new UsageException($"--confuse takes two labels as \"A=B\", not '{text}'.");

    private static IEnumerable<(string Label, string Other)> Errors(RunClassifier classifier, SynthOptions options, CancellationToken cancellation)
    {
        var rows = LabelledTextReader.Read(options.SeedsFile, options.Task, new ReaderOptions { TextColumn = options.TextColumn, LabelColumn = options.LabelColumn });
        return rows.Zip(classifier.Decide([.. rows.Select(row => row.Text)], cancellation))
            .Where(row => row.First.Label != row.Second.Label && options.Task.IndexOf(row.Second.Label) >= 0)
            .Select(row => (row.First.Label, row.Second.Label))
            .Distinct();
    }

    private static void Print(SynthResult result, (double Prompt, double Answer) prices, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, RunRecord.Json));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("label");
        table.AddColumn(new TableColumn("rows").RightAligned());
        foreach (var (label, rows) in result.Labels.OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal))
        {
            table.AddRow(Markup.Escape(label), rows.ToString("N0", CultureInfo.InvariantCulture));
        }

        if (result.Labels.Count > 0)
        {
            AnsiConsole.Write(table);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Kept:N0} of {result.Wanted:N0} rows: {result.Output}"));
        if (result.RejectedFile is { } rejected)
        {
            var reasons = result.Rejected.OrderByDescending(reason => reason.Value).Select(reason => string.Create(CultureInfo.InvariantCulture, $"{JsonNamingPolicy.CamelCase.ConvertName(reason.Key.ToString())} {reason.Value:N0}"));
            Console.WriteLine($"rejected: {string.Join(", ", reasons)}: {rejected}");
        }

        if (result.FailedQuestions > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.FailedQuestions:N0} questions gave nothing, the first because: {TerminalText.OneLine(result.FirstFailure!)}"));
        }

        if (result.UnseededLabels.Count > 0)
        {
            Console.WriteLine($"no seed has the label {string.Join(", ", result.UnseededLabels.Select(label => $"'{label}'"))}; nothing was asked for it");
        }

        Console.WriteLine(TeacherDisplay.Describe(result.Usage, prices));
    }

    private sealed class RunJudge(RunClassifier classifier) : IRowJudge
    {
        public IReadOnlyList<(string Label, double Confidence)> Judge(IReadOnlyList<string> texts, CancellationToken cancellationToken) => classifier.Decide(texts, cancellationToken);
    }
}
