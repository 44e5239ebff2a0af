namespace SlmEdge.Teachers.Distillation;

/// <summary>The shape of a row that is to be answered, which is also that of the row to learn from.</summary>
internal enum PromptKind
{
    /// <summary>A text to classify: becomes <c>text</c> and <c>label</c>.</summary>
    Text,

    /// <summary><c>instruction</c> and <c>input</c>: gets an <c>output</c>.</summary>
    Instruction,

    /// <summary>A dialogue, or a <c>prompt</c> as its only turn: gets the assistant's turn.</summary>
    Messages,
}
