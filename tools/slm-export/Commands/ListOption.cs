using System.CommandLine;
using System.CommandLine.Parsing;

namespace SlmEdge.ExportTool.Commands;

/// <summary>Options that take several values separated by commas.</summary>
internal static class ListOption
{
    public static string[] Parse(ArgumentResult result) =>
        [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(value => value.ToLowerInvariant()).Distinct()];

    public static void AcceptOnly(Option<string[]> option, IReadOnlyList<string> values) => option.Validators.Add(result =>
    {
        foreach (string value in result.GetValueOrDefault<string[]>() ?? [])
        {
            if (!values.Contains(value))
            {
                result.AddError($"'{value}' is not one of the values of {option.Name}: {string.Join(", ", values)}.");
            }
        }
    });
}
