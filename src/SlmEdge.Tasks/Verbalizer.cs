namespace SlmEdge.Tasks;

/// <summary>How a label is written in the model's answer.</summary>
public enum Verbalizer
{
    /// <summary>One dedicated token for each label: a decision is one forward pass.</summary>
    Code,

    /// <summary>The label's own name followed by end-of-sequence.</summary>
    Name,
}
