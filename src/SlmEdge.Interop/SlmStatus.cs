namespace SlmEdge.Interop;

/// <summary>What a function of the C ABI returns; <c>enum slm_status</c> in <c>slmedge.h</c>.</summary>
internal enum SlmStatus
{
    Ok,
    InvalidArgument,
    InvalidHandle,
    BufferTooSmall,
    InvalidText,
    BundleError,
    EngineError,
    Busy,
    Cancelled,
    InternalError,
}
