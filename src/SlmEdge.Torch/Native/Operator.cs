using System.Runtime.CompilerServices;
using System.Text;

namespace TorchSharp.Native;

/// <summary>
/// An ATen operator, found by its schema name (<c>"add.Tensor"</c>) on first use. Arguments are given in the order of
/// the schema; those left out at the end take the schema's defaults.
/// </summary>
internal sealed unsafe class Operator(string name)
{
    private const int MaxResults = 4;
    private nint _handle;

    /// <summary>Whether this libtorch has the operator.</summary>
    internal bool Exists => _handle != 0 || TryFind() == 0;

    /// <summary>Calls an operator that returns one tensor.</summary>
    internal torch.Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return new torch.Tensor(result.Pointer);
    }

    /// <summary>Calls an operator that changes its first argument, and returns that tensor.</summary>
    internal torch.Tensor CallInPlace(torch.Tensor self, params ReadOnlySpan<Argument> arguments)
    {
        var all = new ArgumentBuffer();
        Span<Argument> span = all;
        span[0] = self;
        arguments.CopyTo(span[1..]);
        NativeValue result;
        Invoke(span[..(arguments.Length + 1)], &result, 1);
        SlmTorch.TensorFree(result.Pointer);
        return self;
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    internal (torch.Tensor First, torch.Tensor Second) CallPair(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeValue[2];
        Invoke(arguments, results, 2);
        return (new torch.Tensor(results[0].Pointer), new torch.Tensor(results[1].Pointer));
    }

    /// <summary>Calls an operator that returns a list of tensors.</summary>
    internal torch.Tensor[] CallList(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return SlmTorch.TakeTensors((nint*)result.Pointer, result.Length);
    }

    /// <summary>Calls an operator that returns a boolean.</summary>
    internal bool CallBoolean(params ReadOnlySpan<Argument> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return result.Integer != 0;
    }

    [SkipLocalsInit]
    private void Invoke(ReadOnlySpan<Argument> arguments, NativeValue* results, int capacity)
    {
        if (_handle == 0)
        {
            SlmTorch.Check(TryFind());
        }

        var words = 0;
        foreach (ref readonly var argument in arguments)
        {
            words += argument.Reference switch
            {
                long[] list => list.Length,
                torch.Tensor?[] list => list.Length,
                string text => (Encoding.UTF8.GetMaxByteCount(text.Length) / sizeof(long)) + 1,
                _ => 0,
            };
        }

        var values = stackalloc NativeValue[arguments.Length];
        Span<long> buffer = words <= 64 ? stackalloc long[64] : new long[words];
        fixed (long* lists = buffer)
        {
            var free = lists;
            for (var i = 0; i < arguments.Length; i++)
            {
                Write(arguments[i], values + i, ref free);
            }

            int count;
            var found = stackalloc NativeValue[MaxResults];
            var status = SlmTorch.OperatorCall(_handle, values, arguments.Length, found, MaxResults, &count);
            foreach (ref readonly var argument in arguments)
            {
                GC.KeepAlive(argument.Reference);
            }

            SlmTorch.Check(status);
            if (count != capacity)
            {
                throw new InvalidOperationException($"The operator {name} returned {count} values where {capacity} were expected.");
            }

            for (var i = 0; i < capacity; i++)
            {
                results[i] = found[i];
            }
        }
    }

    private static void Write(in Argument argument, NativeValue* value, ref long* free)
    {
        value->Kind = argument.Kind;
        value->Length = 0;
        value->Integer = argument.Bits;
        switch (argument.Reference)
        {
            case null:
                break;
            case torch.Tensor tensor:
                value->Pointer = tensor.Handle;
                break;
            case long[] list:
                value->Length = list.Length;
                value->Pointer = (nint)free;
                list.CopyTo(new Span<long>(free, list.Length));
                free += list.Length;
                break;
            case torch.Tensor?[] list:
                value->Length = list.Length;
                value->Pointer = (nint)free;
                foreach (var tensor in list)
                {
                    *free++ = tensor is null ? 0 : tensor.Handle;
                }

                break;
            case string text:
                value->Length = Encoding.UTF8.GetBytes(text, new Span<byte>(free, Encoding.UTF8.GetMaxByteCount(text.Length)));
                value->Pointer = (nint)free;
                free += (Encoding.UTF8.GetMaxByteCount(text.Length) / sizeof(long)) + 1;
                break;
            case torch.Generator generator:
                value->Pointer = generator.Handle;
                break;
            default:
                throw new InvalidOperationException($"An argument of type {argument.Reference.GetType()} has no native form.");
        }
    }

    private int TryFind()
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var baseName = "aten::" + (dot < 0 ? name : name[..dot]);
        var overload = dot < 0 ? string.Empty : name[(dot + 1)..];
        nint handle;
        var status = SlmTorch.OperatorFind(baseName, overload, &handle);
        if (status == 0)
        {
            _handle = handle;
        }

        return status;
    }

    [InlineArray(12)]
    private struct ArgumentBuffer
    {
        private Argument _first;
    }
}
