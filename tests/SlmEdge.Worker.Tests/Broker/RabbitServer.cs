using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Broker;

/// <summary>Debian's RabbitMQ with its MQTT plugin, on ports of its own, in a folder of its own.</summary>
internal sealed class RabbitServer : IDisposable
{
    // The one in /usr/sbin changes to the user of the system's service.
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly TemporaryFolder folder = new();
    private readonly int distributionPort = FreePort();
    private readonly int epmdPort = FreePort();
    private Process? process;

    public RabbitServer()
    {
        File.WriteAllText(folder.File("plugins"), "[rabbitmq_mqtt].\n");
        File.WriteAllText(folder.File("rabbitmq.conf"), $"""
            listeners.tcp.default = 127.0.0.1:{Port}
            mqtt.listeners.tcp.default = 127.0.0.1:{MqttPort}
            mqtt.allow_anonymous = true
            mqtt.default_user = guest
            mqtt.default_pass = guest

            """);
    }

    public static bool IsInstalled => File.Exists(Program);

    public int Port { get; } = FreePort();

    public int MqttPort { get; } = FreePort();

    public Uri Address => new($"amqp://127.0.0.1:{Port}");

    /// <summary>Starts it, for the first time or again, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("setsid", [Program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new (string, string)[]
        {
            ("HOME", folder.Path),
            ("RABBITMQ_NODENAME", $"slm{Port}@localhost"),
            ("RABBITMQ_NODE_PORT", Port.ToString(CultureInfo.InvariantCulture)),
            ("RABBITMQ_DIST_PORT", distributionPort.ToString(CultureInfo.InvariantCulture)),
            ("ERL_EPMD_PORT", epmdPort.ToString(CultureInfo.InvariantCulture)),
            ("RABBITMQ_MNESIA_BASE", folder.File("mnesia")),
            ("RABBITMQ_LOG_BASE", folder.File("log")),
            ("RABBITMQ_CONFIG_FILE", folder.File("rabbitmq.conf")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", folder.File("plugins")),
            ("RABBITMQ_CONF_ENV_FILE", folder.File("absent")),
            ("RABBITMQ_PID_FILE", folder.File("pid")),
        })
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.HoldsAsync(async () =>
        {
            process.HasExited.ShouldBeFalse("RabbitMQ ended at its start.");
            try
            {
                await using var connection = await new ConnectionFactory { Uri = Address }.CreateConnectionAsync();
                using var mqtt = new TcpClient();
                await mqtt.ConnectAsync(IPAddress.Loopback, MqttPort);
                return true;
            }
            catch (Exception error) when (error is IOException or SocketException or RabbitMQ.Client.Exceptions.BrokerUnreachableException)
            {
                return false;
            }
        });
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

        folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
