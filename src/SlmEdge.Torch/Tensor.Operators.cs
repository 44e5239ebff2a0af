namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sum, broadcast.</summary>
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Scalar left, Tensor right) => right.add(left);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Tensor left, int right) => left.add(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(int left, Tensor right) => right.add(left);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Tensor left, long right) => left.add(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(long left, Tensor right) => right.add(left);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Tensor left, float right) => left.add(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(float left, Tensor right) => right.add(left);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Tensor left, double right) => left.add(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(double left, Tensor right) => right.add(left);

        /// <summary>Difference, broadcast.</summary>
        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Scalar left, Tensor right) => Reversed(right.negative(), left, add: true);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Tensor left, int right) => left.sub(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(int left, Tensor right) => Reversed(right.negative(), left, add: true);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Tensor left, long right) => left.sub(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(long left, Tensor right) => Reversed(right.negative(), left, add: true);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Tensor left, float right) => left.sub(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(float left, Tensor right) => Reversed(right.negative(), left, add: true);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Tensor left, double right) => left.sub(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(double left, Tensor right) => Reversed(right.negative(), left, add: true);

        /// <summary>Product, broadcast.</summary>
        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        /// <summary>Product.</summary>
        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);

        /// <summary>Product.</summary>
        public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);

        /// <summary>Product.</summary>
        public static Tensor operator *(Tensor left, int right) => left.mul(right);

        /// <summary>Product.</summary>
        public static Tensor operator *(int left, Tensor right) => right.mul(left);

        /// <summary>Product.</summary>
        public static Tensor operator *(Tensor left, long right) => left.mul(right);

        /// <summary>Product.</summary>
        public static Tensor operator *(long left, Tensor right) => right.mul(left);

        /// <summary>Product.</summary>
        public static Tensor operator *(Tensor left, float right) => left.mul(right);

        /// <summary>Product.</summary>
        public static Tensor operator *(float left, Tensor right) => right.mul(left);

        /// <summary>Product.</summary>
        public static Tensor operator *(Tensor left, double right) => left.mul(right);

        /// <summary>Product.</summary>
        public static Tensor operator *(double left, Tensor right) => right.mul(left);

        /// <summary>Quotient, broadcast.</summary>
        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(Scalar left, Tensor right) => Reversed(right.reciprocal(), left, add: false);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(Tensor left, int right) => left.div(right);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(int left, Tensor right) => Reversed(right.reciprocal(), left, add: false);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(Tensor left, long right) => left.div(right);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(long left, Tensor right) => Reversed(right.reciprocal(), left, add: false);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(Tensor left, float right) => left.div(right);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(float left, Tensor right) => Reversed(right.reciprocal(), left, add: false);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(Tensor left, double right) => left.div(right);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(double left, Tensor right) => Reversed(right.reciprocal(), left, add: false);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, Tensor right) => left.remainder(right);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, Scalar right) => left.remainder(right);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, int right) => left.remainder(right);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, long right) => left.remainder(right);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, float right) => left.remainder(right);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public static Tensor operator %(Tensor left, double right) => left.remainder(right);

        /// <summary>−x.</summary>
        public static Tensor operator -(Tensor tensor) => tensor.neg();

        /// <summary>And of the bits.</summary>
        public static Tensor operator &(Tensor left, Tensor right) => left.bitwise_and(right);

        /// <summary>Or of the bits.</summary>
        public static Tensor operator |(Tensor left, Tensor right) => left.bitwise_or(right);

        /// <summary>Exclusive or of the bits.</summary>
        public static Tensor operator ^(Tensor left, Tensor right) => left.bitwise_xor(right);

        /// <summary>Not of the bits.</summary>
        public static Tensor operator ~(Tensor left) => left.bitwise_not();

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator ==(Tensor left, Tensor right) => left.eq(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator ==(Tensor left, Scalar right) => left.eq(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator ==(Scalar left, Tensor right) => right.eq(left);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator !=(Tensor left, Tensor right) => left.ne(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator !=(Tensor left, Scalar right) => left.ne(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator !=(Scalar left, Tensor right) => right.ne(left);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator <(Tensor left, Tensor right) => left.lt(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator <(Scalar left, Tensor right) => right.gt(left);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator <=(Tensor left, Tensor right) => left.le(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator <=(Scalar left, Tensor right) => right.ge(left);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator >(Tensor left, Tensor right) => left.gt(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator >(Scalar left, Tensor right) => right.lt(left);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator >=(Tensor left, Tensor right) => left.ge(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);

        /// <summary>Which elements compare so.</summary>
        public static Tensor operator >=(Scalar left, Tensor right) => right.le(left);

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator float(Tensor value) => value.ToSingle();

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator double(Tensor value) => value.ToDouble();

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator sbyte(Tensor value) => value.ToSByte();

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator byte(Tensor value) => value.ToByte();

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator short(Tensor value) => value.ToInt16();

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator int(Tensor value) => value.ToInt32();

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator long(Tensor value) => value.ToInt64();

        /// <summary>The element of a tensor that has one.</summary>
        public static explicit operator bool(Tensor value) => value.ToBoolean();

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(byte value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(sbyte value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(short value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(int value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(long value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(float value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(double value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        public static implicit operator Tensor(bool value) => torch.tensor(value);

        /// <summary>A tensor without dimensions.</summary>
        /// <remarks>It also makes a number fit a parameter of type <see cref="Scalar"/> better than one of type <see cref="Tensor"/>.</remarks>
        public static implicit operator Tensor(Scalar scalar) => scalar.Type switch
        {
            ScalarType.Int64 => torch.tensor(scalar.AsInt64()),
            ScalarType.Bool => torch.tensor(scalar.AsInt64() != 0),
            _ => torch.tensor(scalar.AsDouble()),
        };

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(byte[] value) => torch.tensor(value);

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(sbyte[] value) => torch.tensor(value);

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(short[] value) => torch.tensor(value);

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(int[] value) => torch.tensor(value);

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(long[] value) => torch.tensor(value);

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(float[] value) => torch.tensor(value);

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(double[] value) => torch.tensor(value);

        /// <summary>A tensor of one dimension.</summary>
        public static implicit operator Tensor(bool[] value) => torch.tensor(value);

        // The temporary of a reversed operator is freed at once instead of by the scope.
        private static Tensor Reversed(Tensor temporary, Scalar left, bool add)
        {
            using (temporary)
            {
                return add ? temporary.add(left) : temporary.mul(left);
            }
        }
    }
}
