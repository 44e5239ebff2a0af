using System.CommandLine;
using SlmEdge.Tasks;
using SlmEdge.Training;

namespace SlmEdge.Train.Commands;

/// <summary>Refuses the name of a column that rows of the task's kind do not have: it would change nothing.</summary>
internal static class ColumnsOfKind
{
    public static void Check(TaskKind kind, ParseResult parsed, Option<string> text, Option<string> label)
    {
        Refuse(text, kind is TaskKind.Generate or TaskKind.Chat);
        Refuse(label, kind != TaskKind.Classify);

        void Refuse(Option<string> column, bool unused)
        {
            if (unused && parsed.GetResult(column) is { Implicit: false })
            {
                throw new TrainingException($"{column.Name} names a column that rows of kind {kind.ToString().ToLowerInvariant()} do not have.");
            }
        }
    }
}
