using SlmEdge.Runtime.Generation;

namespace SlmEdge.Tools.Edge.Write;

/// <summary>Why an answer ended, as it is written.</summary>
internal static class FinishNames
{
    public static string Of(FinishReason reason) => reason switch { FinishReason.Length => "length", FinishReason.StopString => "stopString", _ => "stop" };
}
