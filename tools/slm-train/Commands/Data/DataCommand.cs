using System.CommandLine;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data</c>: everything that is done to rows before a model sees them.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Check, clean, split, count and make data")
    {
        DataCheckCommand.Create(),
        DataDedupeCommand.Create(),
        DataDecontaminateCommand.Create(),
        DataSplitCommand.Create(),
        DataStatsCommand.Create(),
        DataAgreementCommand.Create(),
        DataSynthCommand.Create(),
    };
}
