using System.ComponentModel;
using System.CommandLine;
using System.Diagnostics;
using SlmEdge.Formats.Storage;
using SlmEdge.Tools.Edge.CommandLine;
using SlmEdge.Worker;
using SlmEdge.Worker.Systemd;

namespace SlmEdge.Tools.Edge.Service;

/// <summary><c>slm-edge service install|uninstall|status</c>: the service under systemd.</summary>
internal static class ServiceCommand
{
    private const string SystemUnits = "/etc/systemd/system";

    public static Command Create() => new("service", "Runs 'slm-edge serve' under systemd, in a unit that may do no more than it needs.") { Install(), Uninstall(), Status() };

    private static Command Install()
    {
        var command = new Command("install", "Writes the unit and starts it; arguments after -- are those of 'slm-edge serve'.");
        var (name, folder) = Unit(command);
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the unit and change nothing." };
        var urls = new Option<string>("--urls") { Description = "Addresses to listen on, as for 'serve'; only Unix sockets get no network at all.", DefaultValueFactory = _ => WorkerOptions.DefaultUrl };
        var bundle = new Option<string>("--bundle") { Description = "The bundle, as for 'serve': store:NAME (in /var/lib/UNIT/store), or an absolute path.", Required = true };
        var allow = new Option<string[]>("--allow") { Description = "Addresses or networks beyond this machine that may reach it, or 'any'.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var read = new Option<string[]>("--read") { Description = "Further files and folders that it has to read: keys, certificates, adapters, a stick.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var memory = new Option<int>("--memory") { Description = "MiB of memory for service and engine together; 0 for half of the machine's." };
        var watchdog = new Option<int>("--watchdog") { Description = "Seconds without a heartbeat after which it is started again.", DefaultValueFactory = _ => 60 };
        var group = new Option<string?>("--group") { Description = "A group whose members may use the Unix sockets; without it only root can." };
        var program = new Option<string>("--program") { Description = "The program in the unit, instead of this one.", DefaultValueFactory = _ => Environment.ProcessPath ?? "" };
        var rest = new Argument<string[]>("serve-arguments") { Description = "Further arguments of 'serve', after --.", Arity = ArgumentArity.ZeroOrMore };
        memory.AtLeast(0);
        watchdog.Between(5, 86_400);
        foreach (var option in new Option[] { dryRun, bundle, urls, allow, read, memory, watchdog, group, program })
        {
            command.Options.Add(option);
        }

        command.Arguments.Add(rest);
        command.SetAction(async (parsed, ct) =>
        {
            var served = parsed.GetValue(bundle)!;
            var inStore = StoreArguments.NameInStore(served) is not null;
            if (!inStore && !Path.IsPathRooted(served))
            {
                throw new UsageException("--bundle has to be store:NAME or an absolute path: a service has no current folder.");
            }

            var text = new ServiceUnit
            {
                Name = parsed.GetValue(name)!,
                Program = Path.GetFullPath(parsed.GetValue(program)!),
                Arguments = ["--bundle", served, "--urls", parsed.GetValue(urls)!, .. parsed.GetValue(rest)!],
                Urls = parsed.GetValue(urls)!.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                AllowedPeers = parsed.GetValue(allow)!,
                Group = parsed.GetValue(group),
                ReadablePaths = inStore ? parsed.GetValue(read)! : [served, .. parsed.GetValue(read)!],
                MemoryMebibytes = parsed.GetValue(memory) is > 0 and var mebibytes ? mebibytes : null,
                WatchdogSeconds = parsed.GetValue(watchdog),
            }.ToText();
            if (parsed.GetValue(dryRun))
            {
                Console.Write(text);
                return ExitCodes.Done;
            }

            var file = Path.Combine(parsed.GetValue(folder)!, parsed.GetValue(name) + ".service");
            try
            {
                AtomicFile.WriteText(file, text);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new WorkerException($"The unit cannot be written: {error.Message} Run it as root, or look at it with --dry-run.", error);
            }

            Console.WriteLine(file);
            return !IsSystem(parsed.GetValue(folder)!) || (await SystemctlAsync(ct, "daemon-reload").ConfigureAwait(false) == 0 && await SystemctlAsync(ct, "enable", "--now", parsed.GetValue(name)!).ConfigureAwait(false) == 0)
                ? ExitCodes.Done
                : throw new WorkerException($"The unit stands in {file}, but systemd does not start it; 'journalctl -u {parsed.GetValue(name)}' says why.");
        });
        return command;
    }

    private static Command Uninstall()
    {
        var command = new Command("uninstall", "Stops the service and removes its unit; what it has stored stays in /var/lib.");
        var (name, folder) = Unit(command);
        command.SetAction(async (parsed, ct) =>
        {
            var file = Path.Combine(parsed.GetValue(folder)!, parsed.GetValue(name) + ".service");
            if (!File.Exists(file))
            {
                throw new WorkerException($"There is no unit {file}.");
            }

            if (IsSystem(parsed.GetValue(folder)!))
            {
                await SystemctlAsync(ct, "disable", "--now", parsed.GetValue(name)!).ConfigureAwait(false);
            }

            File.Delete(file);
            return !IsSystem(parsed.GetValue(folder)!) || await SystemctlAsync(ct, "daemon-reload").ConfigureAwait(false) == 0 ? ExitCodes.Done : throw new WorkerException($"{file} is gone, but systemd could not be told.");
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Shows how systemd finds the service.");
        var (name, folder) = Unit(command);
        command.SetAction(async (parsed, ct) =>
        {
            var file = Path.Combine(parsed.GetValue(folder)!, parsed.GetValue(name) + ".service");
            if (!File.Exists(file))
            {
                throw new WorkerException($"There is no unit {file}; 'slm-edge service install' writes it.");
            }

            if (!IsSystem(parsed.GetValue(folder)!))
            {
                Console.WriteLine($"{file} is written; systemd looks for units in {SystemUnits}.");
                return ExitCodes.Done;
            }

            return await SystemctlAsync(ct, "--no-pager", "status", parsed.GetValue(name)!).ConfigureAwait(false) == 0 ? ExitCodes.Done : throw new WorkerException("The service does not run.");
        });
        return command;
    }

    private static (Option<string> Name, Option<string> Folder) Unit(Command command)
    {
        var name = new Option<string>("--name") { Description = "The unit's name.", DefaultValueFactory = _ => ServiceUnit.DefaultName };
        var folder = new Option<string>("--unit-dir") { Description = "Where units lie; with another folder than systemd's own, systemd is not told.", DefaultValueFactory = _ => SystemUnits, HelpName = "DIR" };
        command.Options.Add(name);
        command.Options.Add(folder);
        return (name, folder);
    }

    private static bool IsSystem(string folder) => Path.GetFullPath(folder).TrimEnd('/') == SystemUnits;

    private static async Task<int> SystemctlAsync(CancellationToken ct, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("systemctl", arguments))!;
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            return process.ExitCode;
        }
        catch (Win32Exception error)
        {
            throw new WorkerException($"systemctl cannot be run: {error.Message} This machine seems to have no systemd.", error);
        }
    }
}
