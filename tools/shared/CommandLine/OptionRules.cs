using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace SlmEdge.Tools.CommandLine;

/// <summary>What the value of an option has to keep to; a breach is wrong usage and names the option.</summary>
internal static class OptionRules
{
    // What llama.cpp has room for (GGML_MAX_N_THREADS); it ends the process when it is asked for more.
    private const int MostThreads = 512;

    /// <summary>A number of threads, 0 for the program's own choice.</summary>
    public static Option<int> InThreads(this Option<int> option) => option.Between(0, MostThreads);

    /// <summary>A number of at least <paramref name="minimum"/>; infinity and not-a-number are none.</summary>
    public static Option<T> AtLeast<T>(this Option<T> option, T minimum)
        where T : struct, INumber<T>
    {
        option.CustomParser = result => Number(result, option.Name, minimum, null);
        return option;
    }

    /// <summary>A number from <paramref name="minimum"/> to <paramref name="maximum"/>, both included.</summary>
    public static Option<T> Between<T>(this Option<T> option, T minimum, T maximum)
        where T : struct, INumber<T>
    {
        option.CustomParser = result => Number(result, option.Name, minimum, maximum);
        return option;
    }

    /// <inheritdoc cref="Between{T}(Option{T}, T, T)"/>
    public static Option<T?> Between<T>(this Option<T?> option, T minimum, T maximum)
        where T : struct, INumber<T>
    {
        option.CustomParser = result => Number(result, option.Name, minimum, maximum);
        return option;
    }

    /// <summary>One of the names of an enumeration, in any case.</summary>
    public static Option<T> Named<T>(this Option<T> option)
        where T : struct, Enum
    {
        option.CustomParser = result =>
        {
            var given = result.Tokens[0].Value;
            if (!char.IsAsciiLetter(given.FirstOrDefault()) || !Enum.TryParse(given, ignoreCase: true, out T value))
            {
                result.AddError($"'{given}' is not one of the values of {option.Name}: {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}.");
                return default;
            }

            return value;
        };
        return option;
    }

    private static T Number<T>(ArgumentResult result, string option, T minimum, T? maximum)
        where T : struct, INumber<T>
    {
        var given = result.Tokens[0].Value;
        if (T.TryParse(given, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value) && value >= minimum && (maximum is null || value <= maximum))
        {
            return value;
        }

        var range = maximum is null ? $"of at least {minimum}" : $"from {minimum} to {maximum}";
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option} has to be a number {range}, not '{given}'."));
        return default;
    }
}
