using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SlmEdge.Formats.Onnx.Quantization;

/// <summary>
/// Quantises matrices to 4 or 8 bits by rounding to nearest within blocks. With search, each block tries several ranges (and, when
/// asymmetric, zero points around the one that the extremes give), and keeps the levels whose best scale leaves the least squared error.
/// </summary>
/// <remarks>
/// For levels l = q − z the scale that minimises Σ(w − s·l)² is s = Σwl / Σl², and the error left is Σw² − (Σwl)² / Σl²; so candidates
/// are compared by (Σwl)² / Σl² alone.
/// </remarks>
public static class BlockQuantizer
{
    /// <summary>Ranges tried, as shares of the block's own range. Outliers are worth clipping a little, rarely more than a quarter.</summary>
    private static readonly float[] Shares = [1f, 0.97f, 0.94f, 0.91f, 0.88f, 0.85f, 0.8f, 0.75f];

    /// <summary>Quantises a matrix.</summary>
    /// <param name="weights"><c>[rows, columns]</c>, row-major, finite.</param>
    /// <param name="rows">Output features.</param>
    /// <param name="columns">Input features.</param>
    /// <param name="options">Bits, block size, zero points, search.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or a weight is NaN or infinite.</exception>
    public static BlockQuantizedMatrix Quantize(float[] weights, int rows, int columns, BlockQuantization options)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (rows < 1 || columns < 1 || weights.LongLength != (long)rows * columns)
        {
            throw new ArgumentException($"[{rows}, {columns}] does not describe {weights.LongLength} weights.", nameof(weights));
        }

        if (!TensorPrimitives.IsFiniteAll<float>(weights))
        {
            throw new ArgumentException("A weight is NaN or infinite.", nameof(weights));
        }

        int blocks = (columns + options.BlockSize - 1) / options.BlockSize;
        var result = new BlockQuantizedMatrix(
            rows,
            columns,
            options,
            new byte[checked(rows * blocks * options.BlockSize * options.Bits / 8)],
            new float[rows * blocks],
            options.Symmetric ? null : new byte[rows * (((blocks * options.Bits) + 7) / 8)]);
        Parallel.For(0, rows, row => QuantizeRow(weights.AsSpan(row * columns, columns), row, result));
        return result;
    }

    private static void QuantizeRow(ReadOnlySpan<float> weights, int row, BlockQuantizedMatrix result)
    {
        BlockQuantization options = result.Options;
        Span<float> block = stackalloc float[options.BlockSize];
        for (int b = 0; b < result.BlocksPerRow; b++)
        {
            ReadOnlySpan<float> source = weights.Slice(b * options.BlockSize, Math.Min(options.BlockSize, weights.Length - (b * options.BlockSize)));
            block.Clear();
            source.CopyTo(block);
            int index = (row * result.BlocksPerRow) + b;
            (float inverse, int zero, float scale) = Choose(block, options);
            result.Scales[index] = scale;
            Pack(block, inverse, zero, options, result.Levels.AsSpan(index * result.BytesPerBlock, result.BytesPerBlock));
            if (result.ZeroPoints is { } zeroPoints)
            {
                Span<byte> target = zeroPoints.AsSpan(row * result.ZeroPointBytesPerRow, result.ZeroPointBytesPerRow);
                if (options.Bits == 8)
                {
                    target[b] = (byte)zero;
                }
                else
                {
                    target[b / 2] |= (byte)(zero << (4 * (b % 2)));
                }
            }
        }
    }

    /// <summary>The inverse of the rounding scale, the zero point and the scale to store.</summary>
    private static (float Inverse, int Zero, float Scale) Choose(ReadOnlySpan<float> block, BlockQuantization options)
    {
        float low = Math.Min(0, TensorPrimitives.Min(block));
        float high = Math.Max(0, TensorPrimitives.Max(block));
        int middle = options.MiddleLevel;
        if (low == 0 && high == 0)
        {
            return (0, middle, 0);
        }

        // Symmetric: the extreme of larger magnitude maps to the one level that has no opposite (0, that is −middle), so that
        // the range is used fully; its sign goes into the scale.
        float extreme = -low >= high ? low : high;
        float plain = options.Symmetric ? extreme / -middle : (high - low) / options.MaxLevel;
        int plainZero = options.Symmetric ? middle : Clamp(MathF.Round(-low / plain), options.MaxLevel);
        if (!options.Search)
        {
            return (1 / plain, plainZero, plain);
        }

        (float Inverse, int Zero, float Scale) best = (1 / plain, plainZero, plain);
        float bestGain = float.NegativeInfinity;
        int spread = options.Symmetric ? 0 : 1;
        foreach (float share in Shares)
        {
            float inverse = 1 / (plain * share);
            if (!float.IsFinite(inverse))
            {
                break;
            }

            int centre = options.Symmetric ? middle : Clamp(MathF.Round(-low * inverse), options.MaxLevel);
            for (int zero = Math.Max(0, centre - spread); zero <= Math.Min(options.MaxLevel, centre + spread); zero++)
            {
                (float product, float square) = Correlate(block, inverse, zero, options.MaxLevel);
                float gain = square > 0 ? product * product / square : 0;
                if (gain > bestGain && square > 0)
                {
                    bestGain = gain;
                    best = (inverse, zero, product / square);
                }
            }
        }

        return best;
    }

    private static int Clamp(float level, int max) => (int)Math.Clamp(level, 0, max);

    /// <summary>Σ w·l and Σ l² for the levels that a rounding scale gives.</summary>
    private static (float Product, float Square) Correlate(ReadOnlySpan<float> block, float inverse, int zero, int max)
    {
        Vector256<float> product = default;
        Vector256<float> square = default;
        Vector256<float> low = Vector256.Create((float)-zero);
        Vector256<float> high = Vector256.Create((float)(max - zero));
        foreach (Vector256<float> w in MemoryMarshal.Cast<float, Vector256<float>>(block))
        {
            Vector256<float> level = Vector256.Min(Vector256.Max(Vector256.Round(w * inverse), low), high);
            product += w * level;
            square += level * level;
        }

        return (Vector256.Sum(product), Vector256.Sum(square));
    }

    private static void Pack(ReadOnlySpan<float> block, float inverse, int zero, BlockQuantization options, Span<byte> packed)
    {
        if (options.Bits == 8)
        {
            for (int i = 0; i < block.Length; i++)
            {
                packed[i] = (byte)Level(block[i]);
            }

            return;
        }

        for (int i = 0; i < block.Length; i += 2)
        {
            packed[i / 2] = (byte)(Level(block[i]) | (Level(block[i + 1]) << 4));
        }

        int Level(float value) => Clamp(MathF.Round(value * inverse) + zero, options.MaxLevel);
    }
}
