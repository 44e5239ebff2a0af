using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>Names of a block. What is set in a loop, a macro or a captured block is not seen outside of it; <c>if</c> has no scope of its own.</summary>
internal sealed class Scope(Scope? parent = null)
{
    private readonly Dictionary<string, TemplateValue> _names = new(StringComparer.Ordinal);

    public void Set(string name, TemplateValue value) => _names[name] = value;

    public TemplateValue? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._names.TryGetValue(name, out TemplateValue? value))
            {
                return value;
            }
        }

        return null;
    }

    private Scope? Parent { get; } = parent;
}
