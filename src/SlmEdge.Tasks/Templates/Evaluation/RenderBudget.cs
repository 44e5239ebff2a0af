namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>What one rendering may still cost.</summary>
internal sealed class RenderBudget
{
    private long _left = TemplateLimits.Work;

    /// <summary>Pays for one step and for the characters or elements that it touches.</summary>
    public void Charge(long touched = 0)
    {
        _left -= 1 + (touched / 32);
        if (_left < 0)
        {
            throw new TemplateFault("the template does not come to an end within its limit of work");
        }
    }
}
