namespace SlmEdge.Worker.Isolation;

/// <summary>What a frame between the service and its engine's process says. The numbers are the protocol's.</summary>
internal enum FrameKind : byte
{
    // From the service.
    Open = 1,
    Classify = 2,
    Extract = 3,
    Generate = 4,
    Golden = 5,
    LoadAdapter = 6,
    UnloadAdapter = 7,
    Cancel = 8,
    Ping = 9,
    Embed = 10,

    // From the engine's process.
    Answer = 64,
    Update = 65,
    Error = 66,
    Pong = 67,
}
