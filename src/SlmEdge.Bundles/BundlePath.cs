namespace SlmEdge.Bundles;

/// <summary>Which paths may stand in a bundle: those that mean the same file, inside the bundle, on every operating system.</summary>
internal static class BundlePath
{
    private const int MaxLength = 200;
    private const int MaxDepth = 8;

    private static readonly string[] DeviceNames = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

    /// <summary>What is wrong with a path, or <see langword="null"/>.</summary>
    public static string? Problem(string path)
    {
        if (path.Length is 0 or > MaxLength)
        {
            return $"is empty or longer than {MaxLength} characters";
        }

        string[] parts = path.Split('/');
        if (parts.Length > MaxDepth)
        {
            return $"is more than {MaxDepth} folders deep";
        }

        foreach (string part in parts)
        {
            if (part.Length == 0 || part[0] == '.' || part[^1] == '.')
            {
                return "has an empty part or one that starts or ends with '.'";
            }

            foreach (char c in part)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                {
                    return $"contains '{c}'; letters, digits, '.', '-' and '_' are allowed";
                }
            }

            // Windows reserves these with any extension; COM and LPT with a digit.
            string stem = part.Split('.')[0].ToUpperInvariant().TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
            if (Array.IndexOf(DeviceNames, stem) >= 0)
            {
                return $"contains the device name '{part}'";
            }
        }

        return string.Equals(path, BundleManifest.FileName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(path, BundleManifest.SignatureFileName, StringComparison.OrdinalIgnoreCase)
            ? "is reserved" : null;
    }

    /// <summary>Two paths that could not both exist (equal but for case, or a file where another needs a folder), or <see langword="null"/>.</summary>
    public static string? Clash(IEnumerable<string> paths)
    {
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var folders = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string path in paths)
        {
            if (!files.Add(path))
            {
                return $"'{path}' stands there twice";
            }

            for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                folders.TryAdd(path[..slash], path);
            }
        }

        string? both = files.FirstOrDefault(folders.ContainsKey);
        return both is null ? null : $"'{both}' is a file, but '{folders[both]}' needs a folder of that name";
    }
}
