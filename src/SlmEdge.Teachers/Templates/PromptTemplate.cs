using System.Text;
using System.Text.RegularExpressions;

namespace SlmEdge.Teachers.Templates;

/// <summary>A text with places of the form <c>{{name}}</c>, which <see cref="Fill"/> fills in. What is filled in is not looked through again.</summary>
public sealed partial class PromptTemplate
{
    private readonly string _name;
    private readonly string _text;

    private PromptTemplate(string name, string text)
    {
        _name = name;
        _text = text.ReplaceLineEndings("\n").Trim();
    }

    /// <summary>Reads a template: the folder's file of that name where it has one, otherwise the one that comes with the program.</summary>
    /// <param name="name">The template's name, such as <c>classify</c>.</param>
    /// <param name="folder">A folder with templates of the user, or null.</param>
    /// <exception cref="TeacherException">The folder does not exist, or a file of it cannot be read.</exception>
    public static PromptTemplate Load(string name, string? folder = null)
    {
        if (folder is not null)
        {
            if (!Directory.Exists(folder))
            {
                throw new TeacherException($"The folder of templates '{folder}' does not exist.");
            }

            var path = Path.Combine(folder, name + ".txt");
            if (File.Exists(path))
            {
                return new PromptTemplate(path, File.ReadAllText(path));
            }
        }

        using var stream = typeof(PromptTemplate).Assembly.GetManifestResourceStream(name + ".txt")
            ?? throw new ArgumentException($"There is no template '{name}'.", nameof(name));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new PromptTemplate(name, reader.ReadToEnd());
    }

    /// <summary>The text with its places filled in.</summary>
    /// <exception cref="TeacherException">The template has a place that there is nothing for, or lacks one that has to be there.</exception>
    public string Fill(params IReadOnlyList<(string Name, string Value)> values)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var text = Place().Replace(_text, match =>
        {
            var place = match.Groups[1].Value;
            foreach (var (name, value) in values)
            {
                if (name == place)
                {
                    seen.Add(name);
                    return value.Trim();
                }
            }

            throw new TeacherException($"The template '{_name}' has a place {match.Value}; there are {Names(values.Select(v => v.Name))}.");
        });
        var missing = values.Select(v => v.Name).Where(name => !seen.Contains(name)).ToArray();
        return missing.Length == 0 ? text : throw new TeacherException($"The template '{_name}' lacks {Names(missing)}.");
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"{{{{{name}}}}}"));

    [GeneratedRegex(@"\{\{\s*([A-Za-z]+)\s*\}\}")]
    private static partial Regex Place();
}
