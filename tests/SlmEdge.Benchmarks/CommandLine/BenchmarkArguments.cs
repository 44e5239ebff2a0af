using System.Globalization;

namespace SlmEdge.Benchmarks.CommandLine;

/// <summary>Options written as <c>--name value</c>.</summary>
internal sealed class BenchmarkArguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public BenchmarkArguments(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Length)
            {
                throw new BenchmarkException($"'{arguments[i]}' is not an option with a value.");
            }

            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    public int Threads => Integer("threads", 1);

    public int Repetitions => Integer("repetitions", 15);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public string Required(string name) => Text(name) ?? throw new BenchmarkException($"--{name} is missing.");

    public int Integer(string name, int otherwise) =>
        Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value
        : throw new BenchmarkException($"--{name} must be a whole number above 0, not '{text}'.");

    public double Number(string name, double otherwise) =>
        Text(name) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 ? value
        : throw new BenchmarkException($"--{name} must be a number above 0, not '{text}'.");
}
