namespace SlmEdge.Tasks.Data;

/// <summary>An example of a task that writes text.</summary>
/// <param name="Instruction">What is asked.</param>
/// <param name="Input">What it is asked about; may be empty.</param>
/// <param name="Output">The answer to learn.</param>
/// <param name="File">The file it was read from.</param>
/// <param name="Row">The row, counted from 1.</param>
public sealed record InstructionRow(string Instruction, string Input, string Output, string File, long Row);
