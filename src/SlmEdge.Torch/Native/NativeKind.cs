namespace TorchSharp.Native;

/// <summary>What a <see cref="NativeValue"/> holds; the numbers are those of <c>SlmKind</c> in slmtorch.h.</summary>
internal enum NativeKind
{
    None = 0,
    Tensor = 1,
    Integer = 2,
    Real = 3,
    Boolean = 4,
    IntegerList = 5,
    TensorList = 6,
    OptionalTensorList = 7,
    Text = 8,
    Device = 9,
    Default = 10,
    Generator = 11,
}
