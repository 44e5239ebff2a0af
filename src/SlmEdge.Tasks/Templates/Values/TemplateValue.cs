namespace SlmEdge.Tasks.Templates.Values;

/// <summary>A value while a template is evaluated, with the semantics of the Python value that Jinja would hold.</summary>
internal abstract class TemplateValue
{
    /// <summary>What Python calls its type, for errors.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether it counts as true.</summary>
    public abstract bool IsTrue { get; }
}
