using SlmEdge.Engines.OnnxRuntime.Native;

namespace SlmEdge.Engines.OnnxRuntime.Evaluation;

/// <summary>
/// A decoder graph with keys and values as inputs and outputs. Rows of a batch are padded on the right; the attention
/// mask says how long each is. Not safe for several threads: the input buffers are reused.
/// </summary>
/// <remarks>
/// GroupQueryAttention on the CPU evaluates a batch either from the start (no past), or one token per row behind a past,
/// or several tokens behind a past for a single row.
/// </remarks>
internal sealed class OnnxDecoder : IDisposable
{
    private static readonly float[] NoPast = GC.AllocateArray<float>(1, pinned: true);

    private readonly OrtSession session;
    private readonly OrtNames inputNames;
    private readonly OrtNames outputNames;
    private readonly OrtTensor[] inputs;
    private long[] ids = [];
    private long[] mask = [];

    internal OnnxDecoder(OrtSession session, GenAiConfig config, string path)
    {
        this.session = session;
        Config = config;
        string[] inputOrder = [config.InputIds, config.AttentionMask, .. config.PastNames];
        string[] outputOrder = [config.Logits, .. config.PresentNames];
        CheckInputs(inputOrder, path);
        CheckOutputs(outputOrder, path);
        inputNames = new OrtNames(inputOrder);
        outputNames = new OrtNames(outputOrder);
        inputs = new OrtTensor[inputOrder.Length];
    }

    internal GenAiConfig Config { get; }

    /// <summary>Floats of one layer's keys (or values) for one token.</summary>
    internal int TokenWidth => Config.KeyValueHeads * Config.HeadSize;

    /// <summary>The buffer of token ids, at least <c>[batch, sequence]</c>; fill it, then run.</summary>
    internal Span<long> PrepareIds(int batch, int sequence) => Prepare(ref ids, batch * sequence);

    /// <summary>The buffer of the attention mask, at least <c>[batch, total]</c>; fill it, then run.</summary>
    internal Span<long> PrepareMask(int batch, int total) => Prepare(ref mask, batch * total);

    /// <summary>Evaluates from the start.</summary>
    internal OnnxStep RunPrompt(int batch, int sequence)
    {
        var empty = new OrtTensor[Config.PastNames.Count];
        try
        {
            for (var i = 0; i < empty.Length; i++)
            {
                empty[i] = OrtTensor.Over(session.CpuMemory, NoPast, [batch, Config.KeyValueHeads, 0, Config.HeadSize]);
            }

            return Run(batch, sequence, sequence, empty);
        }
        finally
        {
            Dispose(empty);
        }
    }

    /// <summary>Evaluates behind keys and values of an earlier step, all of whose rows are used.</summary>
    internal OnnxStep RunBehind(OnnxStep past, int sequence) => Run(past.Batch, sequence, past.Total + sequence, past.Present);

    /// <summary>Evaluates behind keys and values in pinned buffers, <c>[batch, heads, pastLength, head size]</c> each: one token per row, or one row.</summary>
    internal OnnxStep RunBehind(float[][] past, int batch, int sequence, int pastLength)
    {
        var tensors = new OrtTensor[past.Length];
        try
        {
            for (var i = 0; i < past.Length; i++)
            {
                tensors[i] = OrtTensor.Over(session.CpuMemory, past[i], [batch, Config.KeyValueHeads, pastLength, Config.HeadSize]);
            }

            return Run(batch, sequence, pastLength + sequence, tensors);
        }
        finally
        {
            Dispose(tensors);
        }
    }

    public void Dispose() => session.Dispose();

    private OnnxStep Run(int batch, int sequence, int total, ReadOnlySpan<OrtTensor> past)
    {
        using var idTensor = OrtTensor.Over(session.CpuMemory, ids, [batch, sequence]);
        using var maskTensor = OrtTensor.Over(session.CpuMemory, mask, [batch, total]);
        inputs[0] = idTensor;
        inputs[1] = maskTensor;
        past.CopyTo(inputs.AsSpan(2));
        var outputs = new OrtTensor[1 + Config.PresentNames.Count];
        session.Run(inputNames, inputs, outputNames, outputs);
        var step = new OnnxStep(outputs, batch, sequence, total, Config.VocabularySize);
        try
        {
            CheckShape(outputs[0], Config.Logits, [batch, sequence, Config.VocabularySize]);
            for (var i = 1; i < outputs.Length; i++)
            {
                CheckShape(outputs[i], Config.PresentNames[i - 1], [batch, Config.KeyValueHeads, total, Config.HeadSize]);
            }
        }
        catch
        {
            step.Dispose();
            throw;
        }

        return step;
    }

    private static void CheckShape(OrtTensor tensor, string name, ReadOnlySpan<long> expected)
    {
        var shape = tensor.GetShape();
        if (!expected.SequenceEqual(shape))
        {
            throw new EngineException(
                $"The ONNX model gave '{name}' as [{string.Join(", ", shape)}] where genai_config.json says [{string.Join(", ", expected.ToArray())}]; export it again.");
        }
    }

    private static void Dispose(OrtTensor?[] tensors)
    {
        foreach (var tensor in tensors)
        {
            tensor?.Dispose();
        }
    }

    private static Span<long> Prepare(ref long[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<long>(length, pinned: true);
        }

        return buffer.AsSpan(0, length);
    }

    private void CheckInputs(string[] expected, string path)
    {
        foreach (var input in session.Inputs)
        {
            if (!expected.Contains(input.Name))
            {
                throw new EngineException($"The ONNX model '{path}' wants the input '{input.Name}', which is not given here; expected are {string.Join(", ", expected)}.");
            }

            var type = input.Name == Config.InputIds || input.Name == Config.AttentionMask ? OrtElementType.Int64 : OrtElementType.Float;
            CheckType(input, type, path);
        }

        CheckPresent(expected, session.Inputs, "input", path);
    }

    private void CheckOutputs(string[] expected, string path)
    {
        CheckPresent(expected, session.Outputs, "output", path);
        foreach (var output in session.Outputs.Where(output => expected.Contains(output.Name)))
        {
            CheckType(output, OrtElementType.Float, path);
        }
    }

    private static void CheckPresent(string[] expected, IReadOnlyList<OrtTensorInfo> found, string kind, string path)
    {
        var missing = expected.FirstOrDefault(name => found.All(info => info.Name != name));
        if (missing is not null)
        {
            throw new EngineException($"The ONNX model '{path}' has no {kind} '{missing}' that its genai_config.json names.");
        }
    }

    private static void CheckType(OrtTensorInfo info, OrtElementType type, string path)
    {
        if (info.Type != type)
        {
            throw new EngineException($"'{info.Name}' of the ONNX model '{path}' is {info.Type}, here {type} is used; export with 32-bit inputs and outputs.");
        }
    }
}
