namespace TorchSharp.Native;

/// <summary>
/// An argument of an operator on the managed side. It keeps what it refers to alive until the call returns.
/// </summary>
internal readonly struct Argument
{
    private Argument(NativeKind kind, long bits = 0, object? reference = null)
    {
        Kind = kind;
        Bits = bits;
        Reference = reference;
    }

    internal NativeKind Kind { get; }

    /// <summary>The value of an integer, boolean or device, or the bits of a double.</summary>
    internal long Bits { get; }

    internal object? Reference { get; }

    /// <summary>An absent optional argument.</summary>
    internal static Argument None => default;

    /// <summary>The default that the operator's schema names.</summary>
    internal static Argument Default => new(NativeKind.Default);

    public static implicit operator Argument(torch.Tensor? tensor) =>
        tensor is null ? None : new(NativeKind.Tensor, 0, tensor);

    public static implicit operator Argument(long value) => new(NativeKind.Integer, value);

    public static implicit operator Argument(int value) => new(NativeKind.Integer, value);

    public static implicit operator Argument(long? value) => value is { } v ? v : None;

    public static implicit operator Argument(double value) => new(NativeKind.Real, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(bool value) => new(NativeKind.Boolean, value ? 1 : 0);

    public static implicit operator Argument(Scalar? value) => value is null ? None : value.ToArgument();

    public static implicit operator Argument(torch.ScalarType value) => new(NativeKind.Integer, (long)value);

    public static implicit operator Argument(torch.ScalarType? value) => value is { } v ? v : None;

    public static implicit operator Argument(torch.Device? value) => value is null ? None : new(NativeKind.Device, value.ToBits());

    public static implicit operator Argument(long[]? value) => value is null ? None : new(NativeKind.IntegerList, 0, value);

    public static implicit operator Argument(ReadOnlySpan<long> value) => new(NativeKind.IntegerList, 0, value.ToArray());

    public static implicit operator Argument(torch.Tensor[] value) => new(NativeKind.TensorList, 0, value);

    public static implicit operator Argument(string? value) => value is null ? None : new(NativeKind.Text, 0, value);

    public static implicit operator Argument(torch.Generator? value) =>
        value is null ? None : new(NativeKind.Generator, 0, value);

    internal static Argument Optional(torch.Tensor?[] tensors) => new(NativeKind.OptionalTensorList, 0, tensors);
}
