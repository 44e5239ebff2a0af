using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Worker.Access;

/// <summary>
/// The API keys of a service: <c>{"version":1,"keys":[{"name":…,"roles":["ask"],"sha256":…,"createdUtc":…}]}</c>. Keys are 256 random bits, so a plain SHA-256 of
/// them cannot be turned back by guessing, and no slow password hash is needed at every request.
/// </summary>
public sealed class ApiKeyFile
{
    /// <summary>What every key begins with, so that scanners for leaked secrets can find it.</summary>
    public const string Prefix = "slme_";

    /// <summary>Most keys in a file.</summary>
    public const int MaxKeys = 1000;

    private const int Version = 1;
    private const int MaxBytes = 1 << 20;
    private const int MaxName = 64;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter<Role>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = ApiKeyJson.Default,
    };

    private static readonly JsonTypeInfo<ApiKeyFileContent> Layout = (JsonTypeInfo<ApiKeyFileContent>)Json.GetTypeInfo(typeof(ApiKeyFileContent));

    /// <summary>Makes a list of keys.</summary>
    /// <exception cref="WorkerException">A key has no usable name, role or hash, or a name is there twice.</exception>
    public ApiKeyFile(IReadOnlyList<ApiKey> keys)
        : this(keys, "The keys")
    {
    }

    private ApiKeyFile(IReadOnlyList<ApiKey> keys, string where)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count > MaxKeys)
        {
            throw new WorkerException($"{where}: there are {keys.Count} keys, and at most {MaxKeys} are allowed. Remove some.");
        }

        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i] is not { Name: { } name, Roles: { } roles, Sha256: { } hash } || !IsName(name) || roles.Count == 0 || !IsHash(hash))
            {
                throw new WorkerException($"{where}: keys[{i}] needs a name of at most {MaxName} letters, digits, '-', '_' or '.', at least one role, and a SHA-256 of 64 lower-case hex digits.");
            }
        }

        if (keys.GroupBy(key => key.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new WorkerException($"{where}: the name '{twice.Key}' is there twice. Remove one of the two.");
        }

        Keys = keys;
    }

    /// <summary>The keys.</summary>
    public IReadOnlyList<ApiKey> Keys { get; }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="WorkerException">The file is missing or no key file.</exception>
    public static ApiKeyFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
            {
                throw new WorkerException($"{path}: {stream.Length} bytes are too many for a key file; at most {MaxBytes} are read.");
            }

            var content = JsonSerializer.Deserialize(stream, Layout);
            return content is { Version: Version, Keys: { } keys }
                ? new ApiKeyFile(keys, path)
                : throw new WorkerException($"{path}: this is no key file of version {Version}. Make one with 'slm-edge key add'.");
        }
        catch (JsonException error)
        {
            throw new WorkerException($"{path}: this is no key file: {error.Message} Make one with 'slm-edge key add'.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkerException($"{path}: the key file cannot be read: {error.Message} Make one with 'slm-edge key add'.", error);
        }
    }

    /// <summary>Adds a new key.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="roles">What its holder may do.</param>
    /// <param name="secret">The key. It is not kept: this is the only time that it can be seen.</param>
    /// <returns>The list with the key.</returns>
    /// <exception cref="WorkerException">There is no role, the name is there already or cannot be used.</exception>
    public ApiKeyFile Add(string name, IReadOnlyList<Role> roles, out string secret)
    {
        secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return new ApiKeyFile([.. Keys, new ApiKey(name, roles, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))), DateTimeOffset.UtcNow)]);
    }

    /// <summary>Removes a key.</summary>
    /// <exception cref="WorkerException">There is no key of that name.</exception>
    public ApiKeyFile Remove(string name) => Keys.Any(key => key.Name == name)
        ? new ApiKeyFile([.. Keys.Where(key => key.Name != name)])
        : throw new WorkerException($"There is no key named '{name}'. There are: {(Keys.Count == 0 ? "none" : string.Join(", ", Keys.Select(key => key.Name)))}.");

    /// <summary>Writes the file, readable by its owner only. It is there whole or as it was before.</summary>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream =>
        {
            if (!OperatingSystem.IsWindows() && stream is FileStream file)
            {
                File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            JsonSerializer.Serialize(stream, new ApiKeyFileContent(Version, Keys), Layout);
        });
    }

    private static bool IsName(string name) => name.Length is > 0 and <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsHash(string hash) => hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower);
}
