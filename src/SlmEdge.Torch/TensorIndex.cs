namespace TorchSharp;

public static partial class torch
{
    /// <summary>An index into one dimension of a tensor, as in Python: a number, a range, <c>...</c>, <c>None</c>, a boolean or a tensor.</summary>
    public struct TensorIndex
    {
        /// <summary>All dimensions that no other index names.</summary>
        public static TensorIndex Ellipsis = new() { Kind = IndexKind.Ellipsis };

        /// <summary>A new dimension of one element.</summary>
        public static TensorIndex None = new() { Kind = IndexKind.NewDimension };

        /// <summary>A whole dimension.</summary>
        public static TensorIndex Colon = Slice();

        internal IndexKind Kind { get; private init; }

        internal long? Start { get; private init; }

        internal long? Stop { get; private init; }

        internal long? Step { get; private init; }

        internal Tensor? Indices { get; private init; }

        /// <summary>A range; absent bounds are the ends, negative ones count from the end.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = IndexKind.Slice, Start = start, Stop = stop, Step = step };

        /// <summary>A range.</summary>
        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, (long?)range.end);

        /// <summary>A range.</summary>
        public static TensorIndex Slice(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);

        /// <summary>Everything (true) or nothing (false), in a new dimension.</summary>
        public static TensorIndex Bool(bool value) => new() { Kind = IndexKind.Boolean, Start = value ? 1 : 0 };

        /// <summary>One place; the dimension goes.</summary>
        public static TensorIndex Single(long? index) => new() { Kind = IndexKind.Single, Start = index };

        /// <summary>The places in a tensor of integers, or those where a tensor of booleans is true.</summary>
        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = IndexKind.Tensor, Indices = tensor };

        /// <summary>One place; the dimension goes.</summary>
        public static implicit operator TensorIndex(long value) => Single(value);

        /// <summary>A range.</summary>
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        /// <summary>A range.</summary>
        public static implicit operator TensorIndex(Range range) => Slice(range);

        /// <summary>One place; the dimension goes.</summary>
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
    }

    internal enum IndexKind
    {
        NewDimension,
        Single,
        Ellipsis,
        Boolean,
        Tensor,
        Slice,
    }
}
