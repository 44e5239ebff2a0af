namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>A kind of foreign file.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Original">The bytes of a real one.</param>
/// <param name="FileName">Its name in the folder where it is read.</param>
/// <param name="Load">Checks and reads a file as a program would; throws its library's exception when it refuses.</param>
/// <param name="Refused">The exception types that are a refusal.</param>
internal sealed record FuzzTarget(string Name, byte[] Original, string FileName, Action<string> Load, params Type[] Refused)
{
    /// <summary>Reads a damaged file: used, refused, or another exception.</summary>
    public FuzzOutcome Try(string path, out Exception? error)
    {
        error = null;
        try
        {
            Load(path);
            return FuzzOutcome.Used;
        }
        catch (Exception caught)
        {
            error = caught;
            return Refused.Any(type => type.IsInstanceOfType(caught)) ? FuzzOutcome.Refused : FuzzOutcome.Untyped;
        }
    }
}
