namespace SlmEdge.Tasks;

/// <summary>What a task asks of the model; <c>kind</c> in <c>task.json</c>, written in lower case.</summary>
public enum TaskKind
{
    /// <summary>Choose one of a fixed set of labels.</summary>
    Classify,

    /// <summary>Fill a JSON document that follows a schema.</summary>
    Extract,

    /// <summary>Write a text (summarise, rewrite) from an instruction and an input.</summary>
    Generate,

    /// <summary>Answer in a dialogue.</summary>
    Chat,
}
