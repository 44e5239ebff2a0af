using TorchSharp.Native;

namespace TorchSharp;

/// <summary>A number that stands where an operator takes one: an integer, a floating-point number or a boolean.</summary>
/// <remarks>Disposable because TorchSharp's is; it owns nothing native here.</remarks>
public sealed class Scalar : IDisposable
{
    private readonly long _integer;
    private readonly double _real;

    private Scalar(torch.ScalarType type, long integer, double real)
    {
        Type = type;
        _integer = integer;
        _real = real;
    }

    /// <summary>The kind of number: <see cref="torch.ScalarType.Int64"/>, <see cref="torch.ScalarType.Float64"/> or <see cref="torch.ScalarType.Bool"/>.</summary>
    public torch.ScalarType Type { get; }

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(byte value) => new(torch.ScalarType.Int64, value, 0);

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(sbyte value) => new(torch.ScalarType.Int64, value, 0);

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(short value) => new(torch.ScalarType.Int64, value, 0);

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(int value) => new(torch.ScalarType.Int64, value, 0);

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(long value) => new(torch.ScalarType.Int64, value, 0);

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(Half value) => new(torch.ScalarType.Float64, 0, (double)value);

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(float value) => new(torch.ScalarType.Float64, 0, value);

    /// <summary>Makes a scalar of a number.</summary>
    public static implicit operator Scalar(double value) => new(torch.ScalarType.Float64, 0, value);

    /// <summary>Makes a scalar of a boolean.</summary>
    public static implicit operator Scalar(bool value) => new(torch.ScalarType.Bool, value ? 1 : 0, 0);

    /// <summary>Does nothing; see the remarks on the class.</summary>
    public void Dispose()
    {
    }

    internal bool IsIntegral => Type == torch.ScalarType.Int64;

    internal double AsDouble() => Type == torch.ScalarType.Float64 ? _real : _integer;

    internal long AsInt64() => Type == torch.ScalarType.Float64 ? checked((long)_real) : _integer;

    internal Argument ToArgument() => Type switch
    {
        torch.ScalarType.Int64 => _integer,
        torch.ScalarType.Bool => _integer != 0,
        _ => _real,
    };
}
