namespace SlmEdge.Tools.CommandLine;

/// <summary>What the exit code of every program says.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
}
