using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>
/// One call of a custom function: the managed end of a node of the graph. The node owns it through a GCHandle and
/// releases that when the graph is freed, so it lives exactly as long as its backward can be asked for.
/// </summary>
internal sealed unsafe class FunctionCall
{
    private static int _live;

    private readonly ICustomFunction _function;
    private readonly torch.autograd.AutogradContext _context = new();
    private readonly bool[] _isTensor;
    private object[]? _arguments;

    static FunctionCall() => SlmTorch.FunctionRegister(&OnForward, &OnBackward, &OnReleaseState, &OnReleaseError);

    private FunctionCall(ICustomFunction function, object[] arguments)
    {
        _function = function;
        _arguments = arguments;
        _isTensor = [.. arguments.Select(argument => argument is torch.Tensor { IsInvalid: false })];
        Interlocked.Increment(ref _live);
    }

    /// <summary>How many calls graphs hold on to.</summary>
    internal static int LiveCount => Volatile.Read(ref _live);

    internal static List<torch.Tensor> Apply(ICustomFunction function, object[] arguments)
    {
        var call = new FunctionCall(function, arguments);
        var inputs = SlmTorch.Handles(arguments.OfType<torch.Tensor>().Where(tensor => !tensor.IsInvalid));
        nint* results;
        long count;
        fixed (nint* pointer = inputs)
        {
            // From here on the native side owns the handle, whether it succeeds or not.
            var state = GCHandle.ToIntPtr(GCHandle.Alloc(call));
            SlmTorch.Check(SlmTorch.FunctionApply(state, pointer, inputs.Length, &results, &count));
        }

        GC.KeepAlive(arguments);
        return [.. SlmTorch.TakeTensors(results, count)];
    }

    [UnmanagedCallersOnly]
    private static nint OnForward(nint state, nint context, nint* tensors, long count, nint sink)
    {
        try
        {
            var call = (FunctionCall)GCHandle.FromIntPtr(state).Target!;
            call._context.Enter(context);
            try
            {
                foreach (var output in call._function.Forward(call._context, call._arguments!))
                {
                    SlmTorch.Check(SlmTorch.FunctionEmit(sink, output.Handle));
                    GC.KeepAlive(output);
                }
            }
            finally
            {
                call._context.Exit();
                call._arguments = null;
            }

            return 0;
        }
        catch (Exception exception)
        {
            return GCHandle.ToIntPtr(GCHandle.Alloc(exception));
        }
    }

    [UnmanagedCallersOnly]
    private static nint OnBackward(nint state, nint context, nint* tensors, long count, nint sink)
    {
        try
        {
            using var scope = torch.NewDisposeScope();
            var gradients = new List<torch.Tensor>((int)count);
            for (long i = 0; i < count; i++)
            {
                gradients.Add(new torch.Tensor(tensors[i]));
            }

            var call = (FunctionCall)GCHandle.FromIntPtr(state).Target!;
            call._context.Enter(context);
            try
            {
                call.Emit(call._function.Backward(call._context, gradients), sink);
            }
            finally
            {
                call._context.Exit();
            }

            return 0;
        }
        catch (Exception exception)
        {
            return GCHandle.ToIntPtr(GCHandle.Alloc(exception));
        }
    }

    [UnmanagedCallersOnly]
    private static void OnReleaseState(nint state)
    {
        var handle = GCHandle.FromIntPtr(state);
        ((FunctionCall)handle.Target!)._context.Dispose();
        handle.Free();
        Interlocked.Decrement(ref _live);
    }

    [UnmanagedCallersOnly]
    private static void OnReleaseError(nint error) => GCHandle.FromIntPtr(error).Free();

    private void Emit(List<torch.Tensor> gradients, nint sink)
    {
        if (gradients.Count != _isTensor.Length)
        {
            throw new InvalidOperationException(
                $"The backward of {_function.Name} returned {gradients.Count} gradients, but its forward was given {_isTensor.Length} arguments.");
        }

        for (var i = 0; i < gradients.Count; i++)
        {
            var gradient = gradients[i] is { IsInvalid: false } tensor ? tensor : null;
            if (!_isTensor[i])
            {
                if (gradient is not null)
                {
                    throw new InvalidOperationException(
                        $"The backward of {_function.Name} returned a gradient for argument {i + 1}, which was not a tensor.");
                }

                continue;
            }

            SlmTorch.Check(SlmTorch.FunctionEmit(sink, gradient is null ? 0 : gradient.Handle));
            GC.KeepAlive(gradient);
        }
    }
}
