using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SlmEdge.Worker.Tests.Http;

public sealed class ListeningTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    [SkippableFact]
    public async Task A_Unix_socket_is_answered_and_only_its_group_may_open_it()
    {
        var path = Path.Combine(folder, "edge.sock");
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { Urls = ["unix:" + path] });
        service.Service.Addresses.ShouldBe(["unix:" + path]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).ShouldBe(new WorkerOptions().SocketMode);
        }

        using var client = Client(path);
        using var response = await client.GetAsync("http://edge/v1/bundle");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [SkippableFact]
    public async Task A_socket_that_a_killed_service_left_is_replaced_and_one_in_use_is_not()
    {
        var path = Path.Combine(folder, "edge.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(path));
            File.Exists(path).ShouldBeTrue();
            await using var service = await RunningService.StartAsync(worker: new WorkerOptions { Urls = ["unix:" + path] });
            using var client = Client(path);
            (await client.GetAsync("http://edge/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await Should.ThrowAsync<WorkerException>(() => WorkerService.StartAsync(service.Runtime, new WorkerOptions { Urls = ["unix:" + path] }))).Message.ShouldContain("another service");
        }
    }

    [SkippableFact]
    public async Task A_file_of_somebody_is_not_replaced_by_a_socket()
    {
        var path = Path.Combine(folder, "notes.txt");
        await File.WriteAllTextAsync(path, "");
        await Should.ThrowAsync<WorkerException>(() => RunningService.StartAsync(worker: new WorkerOptions { Urls = ["unix:" + path] }));
        File.Exists(path).ShouldBeTrue();
    }

    [SkippableTheory]
    [InlineData("pem")]
    [InlineData("pem+key")]
    [InlineData("encrypted")]
    [InlineData("pfx")]
    public async Task A_certificate_is_shown_whichever_file_it_comes_from(string form)
    {
        using var made = Certificate();
        var tls = Save(made, form);
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { Urls = ["https://127.0.0.1:0"], Tls = tls });
        string? shown = null;
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) => (shown = certificate?.Thumbprint) == made.Thumbprint,
        };
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync(service.Service.Addresses[0] + "/healthz");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        shown.ShouldBe(made.Thumbprint);
    }

    [SkippableFact]
    public async Task A_certificate_that_cannot_be_served_is_an_error_that_names_its_file()
    {
        var file = Path.Combine(folder, "cert.pem");
        await File.WriteAllTextAsync(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        var options = new WorkerOptions { Urls = ["https://127.0.0.1:0"], Tls = new TlsOptions { CertificateFile = file } };
        (await Should.ThrowAsync<WorkerException>(() => RunningService.StartAsync(worker: options))).Message.ShouldContain(file);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, ct) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
            return new NetworkStream(connection, ownsSocket: true);
        },
    });

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=slm-edge", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private TlsOptions Save(X509Certificate2 made, string form)
    {
        var file = Path.Combine(folder, "server.crt");
        var keyFile = Path.Combine(folder, "server.key");
        using var key = made.GetECDsaPrivateKey()!;
        switch (form)
        {
            case "pem":
                File.WriteAllText(file, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
                return new TlsOptions { CertificateFile = file };
            case "pem+key":
                File.WriteAllText(file, made.ExportCertificatePem());
                File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
                return new TlsOptions { CertificateFile = file, KeyFile = keyFile };
            case "encrypted":
                File.WriteAllText(file, made.ExportCertificatePem());
                File.WriteAllText(keyFile, key.ExportEncryptedPkcs8PrivateKeyPem("open", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
                return new TlsOptions { CertificateFile = file, KeyFile = keyFile, Password = "open" };
            default:
                File.WriteAllBytes(file, made.Export(X509ContentType.Pfx, "open"));
                return new TlsOptions { CertificateFile = file, Password = "open" };
        }
    }
}
