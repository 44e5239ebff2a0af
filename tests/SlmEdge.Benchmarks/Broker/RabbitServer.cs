using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Broker;

/// <summary>Debian's RabbitMQ with its MQTT plugin, on ports of its own, in a folder of its own.</summary>
internal sealed class RabbitServer : IDisposable
{
    // The one in /usr/sbin changes to the user of the system's service.
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-rabbit-").FullName;
    private readonly int distributionPort = FreePort();
    private readonly int epmdPort = FreePort();
    private readonly bool secured;
    private Process? process;

    /// <param name="secured">The certificate and key, as PEM files, of a second listener with TLS; null for none.</param>
    public RabbitServer((string Certificate, string Key)? secured = null)
    {
        this.secured = secured is not null;
        File.WriteAllText(In("plugins"), "[rabbitmq_mqtt].\n");
        File.WriteAllText(In("rabbitmq.conf"), $"""
            listeners.tcp.default = 127.0.0.1:{Port}
            mqtt.listeners.tcp.default = 127.0.0.1:{MqttPort}
            mqtt.allow_anonymous = true
            mqtt.default_user = guest
            mqtt.default_pass = guest

            """);
        if (secured is { } files)
        {
            File.AppendAllText(In("rabbitmq.conf"), $"""
                listeners.ssl.default = 127.0.0.1:{SecuredPort}
                ssl_options.certfile = {files.Certificate}
                ssl_options.keyfile = {files.Key}
                ssl_options.verify = verify_none

                """);
        }
    }

    public static bool IsInstalled => File.Exists(Program);

    public int Port { get; } = FreePort();

    public int SecuredPort { get; } = FreePort();

    public int MqttPort { get; } = FreePort();

    public Uri Address => new($"amqp://127.0.0.1:{Port}");

    /// <summary>Starts it, for the first time or again, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("setsid", [Program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new (string, string)[]
        {
            ("HOME", folder),
            ("RABBITMQ_NODENAME", $"slm{Port}@localhost"),
            ("RABBITMQ_NODE_PORT", Port.ToString(CultureInfo.InvariantCulture)),
            ("RABBITMQ_DIST_PORT", distributionPort.ToString(CultureInfo.InvariantCulture)),
            ("ERL_EPMD_PORT", epmdPort.ToString(CultureInfo.InvariantCulture)),
            ("RABBITMQ_MNESIA_BASE", In("mnesia")),
            ("RABBITMQ_LOG_BASE", In("log")),
            ("RABBITMQ_CONFIG_FILE", In("rabbitmq.conf")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", In("plugins")),
            ("RABBITMQ_CONF_ENV_FILE", In("absent")),
            ("RABBITMQ_PID_FILE", In("pid")),
        })
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start) ?? throw new BenchmarkException($"'{Program}' does not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await AnswersAsync())
        {
            if (process.HasExited || limit.IsCancellationRequested)
            {
                throw new BenchmarkException(process.HasExited ? $"RabbitMQ ended at its start with {process.ExitCode}." : "RabbitMQ did not answer in two minutes.");
            }

            await ticks.WaitForNextTickAsync();
        }
    }

    /// <summary>kill -9, in the middle of what it does.</summary>
    public void Kill()
    {
        process!.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    public void Dispose()
    {
        if (process is not null)
        {
            Kill();
        }

        // The port mapper has put itself into the background; it ends with a word of its own program.
        using (var epmd = Process.Start(new ProcessStartInfo("epmd", ["-port", epmdPort.ToString(CultureInfo.InvariantCulture), "-kill"]) { RedirectStandardOutput = true, RedirectStandardError = true }))
        {
            epmd?.WaitForExit();
        }

        Directory.Delete(folder, recursive: true);
    }

    private string In(string name) => Path.Combine(folder, name);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = await new ConnectionFactory { Uri = Address }.CreateConnectionAsync();
            foreach (var port in secured ? new[] { MqttPort, SecuredPort } : [MqttPort])
            {
                using var other = new TcpClient();
                await other.ConnectAsync(IPAddress.Loopback, port);
            }

            return true;
        }
        catch (Exception error) when (error is IOException or SocketException or BrokerUnreachableException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
