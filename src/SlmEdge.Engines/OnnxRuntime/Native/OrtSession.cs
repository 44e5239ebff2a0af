using System.Text;

namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>A loaded ONNX model. Runs may come from several threads.</summary>
internal sealed unsafe class OrtSession : IDisposable
{
    private const int OptimiseAll = 99;
    private const int ArenaAllocator = 1;
    private const int MemoryDefault = 0;
    private const int FirstGpu = 0;

    private readonly SafeOrtHandle session;

    private OrtSession(SafeOrtHandle session, SafeOrtHandle memoryInfo)
    {
        this.session = session;
        CpuMemory = memoryInfo;
        Inputs = Describe(OrtFunction.SessionGetInputCount, OrtFunction.SessionGetInputName, OrtFunction.SessionGetInputTypeInfo);
        Outputs = Describe(OrtFunction.SessionGetOutputCount, OrtFunction.SessionGetOutputName, OrtFunction.SessionGetOutputTypeInfo);
    }

    internal SafeOrtHandle CpuMemory { get; }

    internal IReadOnlyList<OrtTensorInfo> Inputs { get; }

    internal IReadOnlyList<OrtTensorInfo> Outputs { get; }

    /// <summary>Loads a model file that managed code has verified.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">Threads for one evaluation.</param>
    /// <param name="cuda">Whether the first GPU computes what it has kernels for; the CPU does the rest.</param>
    internal static OrtSession Load(string path, int threads, bool cuda = false)
    {
        OrtEnvironment.EnsureLoaded();
        using var options = CreateOptions(threads);
        if (cuda)
        {
            OrtEnvironment.AppendCuda(options.Pointer, FirstGpu);
        }

        nint created;

        // ORTCHAR_T is wchar_t on Windows, char elsewhere.
        var encoded = OperatingSystem.IsWindows() ? Encoding.Unicode.GetBytes(path + '\0') : Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* name = encoded)
        {
            OrtEnvironment.Check(
                ((delegate* unmanaged<nint, byte*, nint, nint*, nint>)OrtEnvironment.Function(OrtFunction.CreateSession))(OrtEnvironment.Handle, name, options.Pointer, &created),
                $"load the model '{path}'");
        }

        var session = new SafeOrtHandle(created, OrtFunction.ReleaseSession);
        nint memory;
        OrtEnvironment.Check(
            ((delegate* unmanaged<int, int, nint*, nint>)OrtEnvironment.Function(OrtFunction.CreateCpuMemoryInfo))(ArenaAllocator, MemoryDefault, &memory),
            "describe CPU memory");
        return new OrtSession(session, new SafeOrtHandle(memory, OrtFunction.ReleaseMemoryInfo));
    }

    /// <summary>Evaluates the model.</summary>
    /// <param name="inputNames">Null-terminated UTF-8 names.</param>
    /// <param name="inputs">One tensor per name.</param>
    /// <param name="outputNames">Null-terminated UTF-8 names.</param>
    /// <param name="outputs">Receives the tensors, owned by the caller.</param>
    internal void Run(OrtNames inputNames, ReadOnlySpan<OrtTensor> inputs, OrtNames outputNames, Span<OrtTensor> outputs)
    {
        var inputPointers = stackalloc nint[inputs.Length];
        var outputPointers = stackalloc nint[outputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputPointers[i] = inputs[i].Pointer;
        }

        new Span<nint>(outputPointers, outputs.Length).Clear();
        fixed (nint* inputName = inputNames.Pointers, outputName = outputNames.Pointers)
        {
            OrtEnvironment.Check(
                ((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)OrtEnvironment.Function(OrtFunction.Run))(
                    session.Pointer, 0, inputName, inputPointers, (nuint)inputs.Length, outputName, (nuint)outputs.Length, outputPointers),
                "evaluate the model");
        }

        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = OrtTensor.Own(outputPointers[i]);
        }
    }

    public void Dispose()
    {
        session.Dispose();
        CpuMemory.Dispose();
    }

    private static SafeOrtHandle CreateOptions(int threads)
    {
        nint created;
        OrtEnvironment.Check(((delegate* unmanaged<nint*, nint>)OrtEnvironment.Function(OrtFunction.CreateSessionOptions))(&created), "create session options");
        var options = new SafeOrtHandle(created, OrtFunction.ReleaseSessionOptions);
        Set(OrtFunction.SetIntraOpNumThreads, threads);
        Set(OrtFunction.SetInterOpNumThreads, 1);
        Set(OrtFunction.SetSessionGraphOptimizationLevel, OptimiseAll);
        Switch(OrtFunction.EnableMemPattern);
        Switch(OrtFunction.EnableCpuMemArena);

        // Waiting threads that spin take the processor from everything else on an edge device.
        fixed (byte* key = "session.intra_op.allow_spinning\0"u8, value = "0\0"u8)
        {
            OrtEnvironment.Check(
                ((delegate* unmanaged<nint, byte*, byte*, nint>)OrtEnvironment.Function(OrtFunction.AddSessionConfigEntry))(options.Pointer, key, value),
                "set a session option");
        }

        return options;

        void Set(OrtFunction function, int value) =>
            OrtEnvironment.Check(((delegate* unmanaged<nint, int, nint>)OrtEnvironment.Function(function))(options.Pointer, value), $"set {function}");

        void Switch(OrtFunction function) =>
            OrtEnvironment.Check(((delegate* unmanaged<nint, nint>)OrtEnvironment.Function(function))(options.Pointer), $"set {function}");
    }

    private OrtTensorInfo[] Describe(OrtFunction countFunction, OrtFunction nameFunction, OrtFunction typeFunction)
    {
        nuint count;
        OrtEnvironment.Check(((delegate* unmanaged<nint, nuint*, nint>)OrtEnvironment.Function(countFunction))(session.Pointer, &count), "count inputs and outputs");
        var result = new OrtTensorInfo[count];
        for (nuint i = 0; i < count; i++)
        {
            nint name;
            OrtEnvironment.Check(
                ((delegate* unmanaged<nint, nuint, nint, nint*, nint>)OrtEnvironment.Function(nameFunction))(session.Pointer, i, OrtEnvironment.Allocator, &name),
                "name an input or output");
            var text = OrtEnvironment.TakeString(name);
            nint type;
            OrtEnvironment.Check(((delegate* unmanaged<nint, nuint, nint*, nint>)OrtEnvironment.Function(typeFunction))(session.Pointer, i, &type), $"describe '{text}'");
            using var owned = new SafeOrtHandle(type, OrtFunction.ReleaseTypeInfo);

            // The tensor's description belongs to the type's; null when it is no tensor.
            nint tensor;
            OrtEnvironment.Check(((delegate* unmanaged<nint, nint*, nint>)OrtEnvironment.Function(OrtFunction.CastTypeInfoToTensorInfo))(type, &tensor), $"describe '{text}'");
            if (tensor == 0)
            {
                throw new EngineException($"'{text}' of the ONNX model is no tensor.");
            }

            OrtElementType element;
            OrtEnvironment.Check(((delegate* unmanaged<nint, OrtElementType*, nint>)OrtEnvironment.Function(OrtFunction.GetTensorElementType))(tensor, &element), $"describe '{text}'");
            result[i] = new OrtTensorInfo(text, element, OrtTensorInfo.ReadShape(tensor));
        }

        return result;
    }
}
