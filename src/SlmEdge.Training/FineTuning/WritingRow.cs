namespace SlmEdge.Training.FineTuning;

/// <summary>A row of a task that writes text, rendered.</summary>
/// <param name="Prompt">What the model is asked with.</param>
/// <param name="Example">The whole row with what is supervised; of a dialogue every turn of the assistant.</param>
/// <param name="Question">What is asked, for people.</param>
/// <param name="Reference">The wanted answer; of a dialogue the last turn.</param>
internal sealed record WritingRow(int[] Prompt, SupervisedExample Example, string Question, string Reference);
