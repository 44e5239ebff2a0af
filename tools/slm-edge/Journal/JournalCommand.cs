using System.CommandLine;
using SlmEdge.Tools.CommandLine;
using SlmEdge.Tools.Edge.CommandLine;
using SlmEdge.Worker.Journal;

namespace SlmEdge.Tools.Edge.Journal;

/// <summary><c>slm-edge journal verify|show|export</c>: the record of a service's decisions, also while it runs.</summary>
internal static class JournalCommand
{
    public static Command Create() => new("journal", "Checks the decision journal of a service, or takes examples for the next training out of it.")
    {
        CreateVerify(),
        CreateShow(),
        CreateExport(),
    };

    private static Option<string> File() => new("--journal") { Description = "The service's database: worker.db in its data folder.", Required = true, HelpName = "worker.db" };

    private static Command CreateVerify()
    {
        var command = new Command("verify", "Checks that no entry was changed, removed or put in.");
        var journal = File();
        var head = new Option<string?>("--head") { Description = "A head that an earlier check printed, to find an end that was cut off.", HelpName = "HASH" };
        command.Options.Add(journal);
        command.Options.Add(head);
        command.SetAction(parsed =>
        {
            var report = JournalVerifier.Verify(parsed.GetValue(journal)!, parsed.GetValue(head)?.ToLowerInvariant());
            Console.WriteLine($"{report.Entries} entries, {report.FirstId} to {report.LastId}, head {report.Head}");
            if (report.Damage is null)
            {
                Console.WriteLine("the chain is whole");
                return ExitCodes.Done;
            }

            Console.Error.WriteLine($"slm-edge journal verify: {report.Damage}");
            return ExitCodes.Failed;
        });
        return command;
    }

    private static Command CreateShow()
    {
        var command = new Command("show", "Prints the newest entries, one JSON object a line.");
        var journal = File();
        var last = new Option<int>("--last") { Description = "How many.", DefaultValueFactory = _ => 20 };
        last.AtLeast(1);
        command.Options.Add(journal);
        command.Options.Add(last);
        command.SetAction(parsed =>
        {
            using var output = Console.OpenStandardOutput();
            JournalExport.WriteEntries(parsed.GetValue(journal)!, output, parsed.GetValue(last));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateExport()
    {
        var command = new Command("export", "Writes the entries as JSON Lines, or what the next training can learn from.");
        var journal = File();
        var hard = new Option<bool>("--hard") { Description = "Only the corrected and the uncertain decisions, as rows for the trainer." };
        var output = new Option<string>("--out") { Description = "The file to write.", Required = true, HelpName = "FILE" };
        var below = new Option<double>("--below") { Description = "A decision is uncertain whose confidence is below this.", DefaultValueFactory = _ => 0.6 };
        var margin = new Option<double>("--margin") { Description = "Or whose two best labels are closer than this.", DefaultValueFactory = _ => 0.2 };
        below.Between(0, 1);
        margin.Between(0, 1);
        foreach (var option in new Option[] { journal, hard, output, below, margin })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(output)!;
            using var stream = System.IO.File.Create(path);
            if (!parsed.GetValue(hard))
            {
                Console.WriteLine($"{JournalExport.WriteEntries(parsed.GetValue(journal)!, stream)} entries written to {path}");
                return ExitCodes.Done;
            }

            var (written, withoutText) = JournalExport.WriteHard(parsed.GetValue(journal)!, stream, parsed.GetValue(below), parsed.GetValue(margin));
            Console.WriteLine($"{written} rows written to {path}; look through the uncertain ones, they have the label that was given");
            if (withoutText > 0)
            {
                Console.WriteLine($"{withoutText} more have no text: the service was started with --journal-text none");
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
