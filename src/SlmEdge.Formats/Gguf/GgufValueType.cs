namespace SlmEdge.Formats.Gguf;

/// <summary>Types of GGUF metadata values, numbered as in the file (<c>gguf_metadata_value_type</c> of the GGUF specification).</summary>
public enum GgufValueType : uint
{
#pragma warning disable CS1591 // The names are the documentation: they are the specification's own.
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
#pragma warning restore CS1591
}
