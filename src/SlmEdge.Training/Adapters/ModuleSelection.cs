using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace SlmEdge.Training.Adapters;

/// <summary>
/// Modules as PEFT's <c>target_modules</c> and <c>exclude_modules</c> choose them: by a list of names, each the end of a module's full name
/// (<c>q_proj</c>, <c>self_attn.q_proj</c>), or by a regular expression that matches the full name from its beginning to its end.
/// </summary>
[JsonConverter(typeof(ModuleSelectionJsonConverter))]
[CollectionBuilder(typeof(ModuleSelection), nameof(Of))]
public sealed class ModuleSelection : IReadOnlyList<string>
{
    // Expressions come from files; one that backtracks for ever is no reason to hang.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly string[] _names;
    private readonly Regex? _regex;

    private ModuleSelection(string[] names, string? expression)
    {
        _names = names;
        Expression = expression;
        if (expression is not null)
        {
            try
            {
                _regex = new Regex($@"\A(?:{expression})\z", RegexOptions.CultureInvariant, Patience);
            }
            catch (ArgumentException e)
            {
                throw new TrainingException($"'{expression}' is not a regular expression: {e.Message}", e);
            }
        }
    }

    /// <summary>The regular expression; null when modules are chosen by name.</summary>
    public string? Expression { get; }

    /// <inheritdoc/>
    public int Count => _names.Length;

    /// <inheritdoc/>
    public string this[int index] => _names[index];

    /// <summary>Modules by name.</summary>
    /// <param name="names">Names, or ends of names.</param>
    public static ModuleSelection Of(ReadOnlySpan<string> names) => new(names.ToArray(), null);

    /// <summary>Modules by a regular expression on their full names.</summary>
    /// <param name="expression">The expression.</param>
    /// <exception cref="TrainingException">It is malformed.</exception>
    public static ModuleSelection Matching(string expression) => new([], expression);

    /// <summary>What a user wrote: one value with a character that no module name has is a regular expression, all else are names.</summary>
    /// <param name="values">The values.</param>
    /// <exception cref="TrainingException">The expression is malformed.</exception>
    public static ModuleSelection Parse(params ReadOnlySpan<string> values) =>
        values.Length == 1 && values[0].AsSpan().ContainsAny(@"\*+?[](){}^$|") ? Matching(values[0]) : Of(values);

    /// <summary>Whether a module is chosen.</summary>
    /// <param name="module">Its full name, for example <c>model.layers.0.self_attn.q_proj</c>.</param>
    public bool Matches(string module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return _regex?.IsMatch(module) ?? Array.Exists(_names, name => IsEnd(name, module));
    }

    /// <summary>Whether one name is a module's, or the end of it.</summary>
    internal static bool IsEnd(string name, string module) =>
        module.EndsWith(name, StringComparison.Ordinal) && (module.Length == name.Length || module[^(name.Length + 1)] == '.');

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => Expression ?? string.Join(", ", _names);

    IEnumerator IEnumerable.GetEnumerator() => _names.GetEnumerator();
}
