using System.Globalization;
using System.Net;
using System.Text;

namespace SlmEdge.Worker.Systemd;

/// <summary>
/// The unit of the service for systemd 247 and later: a user of its own that exists only while it runs, a file system that it can only read but for its state folder, and no
/// network beyond what it listens on.
/// </summary>
public sealed record ServiceUnit
{
    /// <summary>The default name of the unit and of its state folder under <c>/var/lib</c>.</summary>
    public const string DefaultName = "slm-edge";

    /// <summary>The unit's name without <c>.service</c>.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>Absolute path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>The arguments of <c>serve</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The addresses that it listens on, as in <see cref="WorkerOptions.Urls"/>.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [WorkerOptions.DefaultUrl];

    /// <summary>Peers that may reach it beyond this machine: addresses, networks (<c>10.0.0.0/8</c>) or <c>any</c>.</summary>
    public IReadOnlyList<string> AllowedPeers { get; init; } = [];

    /// <summary>Most memory of the service with its engine, in MiB; null for half of the machine's.</summary>
    public int? MemoryMebibytes { get; init; }

    /// <summary>Seconds without a heartbeat after which systemd starts the service again.</summary>
    public int WatchdogSeconds { get; init; } = 60;

    /// <summary>A group of the system whose members may use the service's Unix sockets; null for a group of its own, so that only the administrator can.</summary>
    public string? Group { get; init; }

    /// <summary>Files and folders elsewhere that it has to read; the program can see no home folder.</summary>
    public IReadOnlyList<string> ReadablePaths { get; init; } = [];

    private bool OnlySockets => Urls.All(url => url.StartsWith("unix:", StringComparison.Ordinal));

    /// <summary>Writes the unit.</summary>
    /// <exception cref="WorkerException">A name, path or address cannot stand in a unit.</exception>
    public string ToText()
    {
        if (Name.Length is 0 or > 200 || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new WorkerException($"'{Name}' cannot name a unit: use letters, digits, '-' and '_'.");
        }

        if (Group is not null && (Group.Length is 0 or > 31 || !Group.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
        {
            throw new WorkerException($"'{Group}' is no name of a group.");
        }

        if (!Path.IsPathRooted(Program))
        {
            throw new WorkerException($"The program has to be an absolute path in a unit, not '{Program}'.");
        }

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Written by 'slm-edge service install'. Changes of your own: systemctl edit {Name}
            [Unit]
            Description=SlmEdge: a language model that answers on this device
            Documentation=man:systemd.exec(5)
            {(OnlySockets ? "After=local-fs.target" : "After=network.target")}
            StartLimitIntervalSec=0

            [Service]
            Type=notify
            NotifyAccess=main
            ExecStart={Quote(Program)} serve{string.Concat(Arguments.Select(argument => " " + Quote(argument)))}
            Restart=always
            RestartSec=2
            TimeoutStartSec=15min
            TimeoutStopSec=30
            WatchdogSec={WatchdogSeconds}
            MemoryMax={(MemoryMebibytes is { } mebibytes ? string.Create(CultureInfo.InvariantCulture, $"{mebibytes}M") : "50%")}
            TasksMax=512
            OOMPolicy=continue

            DynamicUser=yes{(Group is null ? "" : $"\nGroup={Group}")}
            StateDirectory={Name}
            StateDirectoryMode=0750
            CacheDirectory={Name}
            RuntimeDirectory={Name}
            RuntimeDirectoryMode=0755
            Environment=SLMEDGE_STORE=/var/lib/{Name}/store XDG_CACHE_HOME=/var/cache/{Name} XDG_DATA_HOME=/var/lib/{Name}/data DOTNET_EnableDiagnostics=0
            UMask=0007

            ProtectSystem=strict
            ProtectHome={(ReadablePaths.Any(InHome) ? "tmpfs" : "yes")}
            PrivateTmp=yes
            PrivateDevices=yes
            ProtectProc=invisible
            ProcSubset=all
            ProtectClock=yes
            ProtectControlGroups=yes
            ProtectHostname=yes
            ProtectKernelLogs=yes
            ProtectKernelModules=yes
            ProtectKernelTunables=yes
            RestrictNamespaces=yes
            RestrictRealtime=yes
            RestrictSUIDSGID=yes
            LockPersonality=yes
            NoNewPrivileges=yes
            RemoveIPC=yes
            KeyringMode=private
            CapabilityBoundingSet=
            AmbientCapabilities=
            SystemCallArchitectures=native
            SystemCallFilter=@system-service
            SystemCallFilter=~@privileged @resources
            SystemCallFilter=sched_setaffinity sched_setscheduler set_mempolicy mbind
            SystemCallErrorNumber=EPERM
            """);
        foreach (var path in ReadablePaths)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"BindReadOnlyPaths=-{QuotePath(path)}");
        }

        if (OnlySockets)
        {
            text.AppendLine("""
                PrivateNetwork=yes
                RestrictAddressFamilies=AF_UNIX
                IPAddressDeny=any
                """);
        }
        else
        {
            text.AppendLine("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6");
            text.AppendLine(CultureInfo.InvariantCulture, $"IPAddressAllow={string.Join(' ', AllowedPeers.Select(Peer).Prepend("localhost"))}");
            text.AppendLine("IPAddressDeny=any");
        }

        text.AppendLine("""

            [Install]
            WantedBy=multi-user.target
            """);
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static bool InHome(string path) => path.StartsWith("/home/", StringComparison.Ordinal) || path.StartsWith("/root/", StringComparison.Ordinal) || path.StartsWith("/run/user/", StringComparison.Ordinal);

    private static string Peer(string peer) => peer == "any" || IPAddress.TryParse(peer, out _) || IPNetwork.TryParse(peer, out _)
        ? peer
        : throw new WorkerException($"'{peer}' is no address, no network such as 10.0.0.0/8, and not 'any'.");

    private static string QuotePath(string path) => Path.IsPathRooted(path) && !path.Contains(':', StringComparison.Ordinal)
        ? Quote(path, "$")
        : throw new WorkerException($"'{path}' cannot stand in a unit: give an absolute path without ':'.");

    // systemd.service(5), "Command lines": quotes, with backslashes as in C; '%' begins a specifier and '$' a variable, unless they are doubled.
    private static string Quote(string argument, string dollar = "$$")
    {
        if (argument.Any(char.IsControl))
        {
            throw new WorkerException("An argument with a control character cannot stand in a unit.");
        }

        var escaped = argument.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal).Replace("$", dollar, StringComparison.Ordinal);
        return escaped.Length > 0 && escaped.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/' or '.' or ':' or ',' or '=' or '+' or '%' or '@') ? escaped : $"\"{escaped}\"";
    }
}
