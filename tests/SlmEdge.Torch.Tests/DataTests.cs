using System.Runtime.InteropServices;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class DataTests
{
    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var scope = NewDisposeScope();
        var t = zeros(3);
        MemoryMarshal.AsBytes<float>([1, 2, 3]).CopyTo(t.bytes);
        t.data<float>().ToArray().ShouldBe([1, 2, 3]);
        var source = MemoryMarshal.AsBytes<float>([4, 5, 6]).ToArray();
        t.bytes = source;
        t.sum().ToSingle().ShouldBe(15);
        Should.Throw<ArgumentException>(() => t.bytes = new byte[5]).Message.ShouldContain("12 bytes, but 5");
        Should.Throw<InvalidOperationException>(() => eye(3).t()[TensorIndex.Colon, TensorIndex.Slice(0, 2)].bytes.Length);
    }

    [Fact]
    public void Streams_carry_tensors_there_and_back()
    {
        using var scope = NewDisposeScope();
        var t = randn(1000, 7);
        var stream = new MemoryStream();
        t.WriteBytesToStream(stream);
        stream.Length.ShouldBe(28_000);
        stream.Position = 0;
        var read = empty(1000, 7);
        read.ReadBytesFromStream(stream);
        read.Equals(t).ShouldBeTrue();
        Should.Throw<EndOfStreamException>(() => read.ReadBytesFromStream(new MemoryStream(100)));
    }

    [Fact]
    public void An_accessor_reads_and_writes_views_in_their_own_order()
    {
        using var scope = NewDisposeScope();
        var t = arange(6, dtype: float32).reshape(2, 3).t();
        var data = t.data<float>();
        data.Count.ShouldBe(6);
        data.ToArray().ShouldBe([0, 3, 1, 4, 2, 5]);
        data.ShouldBe([0, 3, 1, 4, 2, 5]);
        data[1, 1].ShouldBe(4);
        data[4].ShouldBe(2);
        data[2, 0] = 9;
        data.CopyFrom([7, 8], tensorIndex: 0);
        t.contiguous().data<float>().ToArray().ShouldBe([7, 8, 1, 4, 9, 5]);
        var part = new float[2];
        data.CopyTo(part, tensorIndex: 2);
        part.ShouldBe([1, 4]);
        Should.Throw<ArgumentOutOfRangeException>(() => data[6]);
        Should.Throw<ArgumentException>(() => t.data<double>()).Message.ShouldContain("Double is not compatible with Float32");
    }

    [Fact]
    public void Items_come_in_their_type_and_as_any_number()
    {
        using var scope = NewDisposeScope();
        tensor(2.5f).item<float>().ShouldBe(2.5f);
        tensor(7L).item<long>().ShouldBe(7);
        tensor(true).item<bool>().ShouldBeTrue();
        tensor(new byte[] { 200 }).item<byte>().ShouldBe((byte)200);
        tensor(2.5f).to(float16).item<Half>().ShouldBe((Half)2.5f);
        tensor(7L).ToSingle().ShouldBe(7);
        ((int)tensor(7L)).ShouldBe(7);
        Should.Throw<ArgumentException>(() => tensor(2.5f).item<long>());
        Should.Throw<ArgumentException>(() => ones(2).item<float>());
    }

    [Property(MaxTest = 200)]
    public bool Bf16_rounds_to_nearest_even_as_its_bits_say(float value)
    {
        if (!float.IsFinite(value))
        {
            return true;
        }

        using var scope = NewDisposeScope();
        var bits = BitConverter.SingleToUInt32Bits(value);
        var expected = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        var rounded = tensor(new[] { value }).to(bfloat16);
        var back = BitConverter.SingleToUInt32Bits(rounded.to(float32).item<float>());
        return MemoryMarshal.Read<ushort>(rounded.bytes) == expected && back == (uint)expected << 16;
    }

    [Fact]
    public void Conversions_keep_type_and_memory_when_they_can()
    {
        using var scope = NewDisposeScope();
        var t = ones(2);
        t.to(float32).add_(1);
        t.sum().ToSingle().ShouldBe(4);
        t.to(float32, copy: true).add_(1);
        t.sum().ToSingle().ShouldBe(4);
        t.to(int64).data<long>().ToArray().ShouldBe([2, 2]);
        var gone = ones(1);
        gone.to(float64, disposeAfter: true).dtype.ShouldBe(float64);
        gone.IsInvalid.ShouldBeTrue();
        t.alias().zero_();
        t.sum().ToSingle().ShouldBe(0);
        t.clone().fill_(3);
        t.sum().ToSingle().ShouldBe(0);
        t.copy_(tensor(new long[] { 5, 6 })).data<float>().ToArray().ShouldBe([5, 6]);
        var other = zeros(3);
        other.set_(t);
        other.shape.ShouldBe([2]);
    }
}
