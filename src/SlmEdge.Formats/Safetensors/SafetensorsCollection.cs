using System.Text.Json;

namespace SlmEdge.Formats.Safetensors;

/// <summary>
/// The weights of a model folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists.
/// Same reading surface as <see cref="SafetensorsFile"/>.
/// </summary>
public sealed class SafetensorsCollection : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";
    private const long MaxIndexBytes = 64 << 20;

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _owners = new(StringComparer.Ordinal);

    private SafetensorsCollection(List<SafetensorsFile> files, string source)
    {
        _files = files;
        var tensors = new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (SafetensorsFile file in files)
        {
            foreach (SafetensorsTensor tensor in file.Tensors.Values)
            {
                if (!tensors.TryAdd(tensor.Name, tensor))
                {
                    throw new ModelFormatException("stands in two shards", source, tensor.Name);
                }

                _owners.Add(tensor.Name, file);
            }

            foreach (var (key, value) in file.Metadata)
            {
                metadata.TryAdd(key, value);
            }
        }

        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The tensors of all files by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The metadata of all files; the first file wins.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The files, in the order of their names.</summary>
    public IReadOnlyList<string> Paths => [.. _files.Select(f => f.Path)];

    /// <summary>Opens the weights of a model folder, or one .safetensors file.</summary>
    /// <exception cref="ModelFormatException">A file is malformed or truncated, or the folder has no weights.</exception>
    public static SafetensorsCollection Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (File.Exists(directory))
        {
            return OpenAll([directory], directory, null);
        }

        string single = Path.Combine(directory, SingleName);
        if (File.Exists(single))
        {
            return OpenAll([single], single, null);
        }

        string index = Path.Combine(directory, IndexName);
        if (!File.Exists(index))
        {
            throw new ModelFormatException($"the folder has neither {SingleName} nor {IndexName}", directory);
        }

        Dictionary<string, string> map = ReadIndex(index);
        string[] shards = [.. map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => Path.Combine(directory, name))];
        return OpenAll(shards, index, map);
    }

    /// <inheritdoc cref="SafetensorsFile.GetBytes"/>
    public ReadOnlySpan<byte> GetBytes(string name) => Owner(name).GetBytes(name);

    /// <inheritdoc cref="SafetensorsFile.CopyTo"/>
    public void CopyTo(string name, Stream destination) => Owner(name).CopyTo(name, destination);

    /// <inheritdoc cref="SafetensorsFile.ReadFloat32(string, Span{float})"/>
    public void ReadFloat32(string name, Span<float> destination) => Owner(name).ReadFloat32(name, destination);

    /// <inheritdoc cref="SafetensorsFile.ReadFloat32(string, long, Span{float})"/>
    public void ReadFloat32(string name, long first, Span<float> destination) => Owner(name).ReadFloat32(name, first, destination);

    /// <inheritdoc cref="SafetensorsFile.ReadBytes"/>
    public void ReadBytes(string name, long first, Span<byte> destination) => Owner(name).ReadBytes(name, first, destination);

    /// <inheritdoc cref="SafetensorsFile.ReadFloat32(string)"/>
    public float[] ReadFloat32(string name) => Owner(name).ReadFloat32(name);

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
        {
            file.Dispose();
        }
    }

    private static SafetensorsCollection OpenAll(string[] paths, string source, Dictionary<string, string>? map)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (string path in paths)
            {
                if (!File.Exists(path))
                {
                    throw new ModelFormatException($"the shard '{Path.GetFileName(path)}' is missing", source);
                }

                files.Add(SafetensorsFile.Open(path));
            }

            var collection = new SafetensorsCollection(files, source);
            foreach (var (name, shard) in map ?? [])
            {
                if (!collection._owners.TryGetValue(name, out SafetensorsFile? owner) || Path.GetFileName(owner.Path) != shard)
                {
                    throw new ModelFormatException($"the index places it in '{shard}', where it is not", source, name);
                }
            }

            return collection;
        }
        catch
        {
            files.ForEach(f => f.Dispose());
            throw;
        }
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        JsonElement root = BoundedJson.ReadFile(index, MaxIndexBytes);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("weight_map", out JsonElement weightMap) || weightMap.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException("must be an object of tensor names and shard names", index, "weight_map");
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty entry in weightMap.EnumerateObject())
        {
            string? shard = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() : null;
            if (string.IsNullOrEmpty(shard) || shard is "." or ".." || shard.AsSpan().ContainsAny('/', '\\', '\0'))
            {
                throw new ModelFormatException("the shard must be the plain name of a file in the same folder", index, entry.Name);
            }

            map.Add(entry.Name, shard);
        }

        return map;
    }

    private SafetensorsFile Owner(string name) =>
        _owners.TryGetValue(name, out SafetensorsFile? file) ? file : throw new ModelFormatException("there is no such tensor", _files.FirstOrDefault()?.Path, name);
}
