namespace TorchSharp;

/// <summary>Where a tensor's memory lies.</summary>
public enum DeviceType
{
    /// <summary>Main memory.</summary>
    CPU = 0,

    /// <summary>An NVIDIA GPU.</summary>
    CUDA = 1,

    /// <summary>No memory at all: shapes only.</summary>
    META = 14,
}
