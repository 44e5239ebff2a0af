using System.CommandLine;
using Spectre.Console;
using SlmEdge.Tools.Edge.CommandLine;
using SlmEdge.Worker.Access;

namespace SlmEdge.Tools.Edge.Serve;

/// <summary><c>slm-edge key add|list|remove</c>: the API keys of the HTTP service.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "The key file, which 'slm-edge serve --keys' reads.", Required = true, HelpName = "keys.json", Recursive = true };
        var command = new Command("key", "Makes, lists and removes the API keys of the HTTP service.") { Add(file), List(file), Remove(file) };
        command.Options.Add(file);
        return command;
    }

    private static Command Add(Option<string> file)
    {
        var name = Name();
        var roles = new Option<string[]>("--role")
        {
            Description = "What the holder may do: ask, feedback, administer. Can be given several times.",
            DefaultValueFactory = _ => ["ask"],
            AllowMultipleArgumentsPerToken = true,
        };
        roles.AcceptOnlyFromAmong("ask", "feedback", "administer");
        var command = new Command("add", "Makes a key and prints it, once: the file keeps only its hash.") { name, roles };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            var keys = (File.Exists(path) ? ApiKeyFile.Load(path) : new ApiKeyFile([])).Add(parsed.GetValue(name)!, [.. parsed.GetValue(roles)!.Distinct().Select(role => Enum.Parse<Role>(role, ignoreCase: true))], out var secret);
            keys.Save(path);
            Console.WriteLine(secret);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List(Option<string> file)
    {
        var command = new Command("list", "Lists the keys: names, roles and when they were made.");
        command.SetAction(parsed =>
        {
            var table = ConsoleTable.Create("Name", "Roles", "Made");
            foreach (var key in ApiKeyFile.Load(parsed.GetValue(file)!).Keys)
            {
                table.AddRow(Markup.Escape(key.Name), string.Join(", ", key.Roles.Select(role => role.ToString().ToLowerInvariant())), key.CreatedUtc.UtcDateTime.ToString("u"));
            }

            AnsiConsole.Write(table);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Remove(Option<string> file)
    {
        var name = Name();
        var command = new Command("remove", "Removes a key; a service that runs notices within a second or two.") { name };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            ApiKeyFile.Load(path).Remove(parsed.GetValue(name)!).Save(path);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "The key's name, for you and for the logs." };
}
