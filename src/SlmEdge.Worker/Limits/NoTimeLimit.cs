namespace SlmEdge.Worker.Limits;

/// <summary>Metadata of an endpoint that may take as long as it needs: an upload, or a stream without an end.</summary>
internal sealed class NoTimeLimit;
