namespace SlmEdge.Tasks.Templates;

/// <summary>An error whose place is not known yet; whoever evaluates the node turns it into a <see cref="ChatTemplateException"/>.</summary>
internal sealed class TemplateFault(string message, bool raised = false) : Exception(message)
{
    public bool Raised { get; } = raised;
}
