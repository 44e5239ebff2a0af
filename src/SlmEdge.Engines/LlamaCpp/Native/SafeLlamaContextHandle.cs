using System.Runtime.InteropServices;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>Owns a <c>llama_context</c> and keeps its model alive.</summary>
internal sealed class SafeLlamaContextHandle : SafeHandle
{
    private readonly SafeLlamaModelHandle model;

    private SafeLlamaContextHandle(SafeLlamaModelHandle model)
        : base(0, ownsHandle: true) => this.model = model;

    public override bool IsInvalid => handle == 0;

    internal static SafeLlamaContextHandle Create(SafeLlamaModelHandle model, LlamaContextParams parameters)
    {
        LlamaLog.Clear();
        var context = new SafeLlamaContextHandle(model);
        var referenced = false;
        model.DangerousAddRef(ref referenced);
        context.SetHandle(LlamaNative.llama_init_from_model(model, parameters));
        if (!context.IsInvalid)
        {
            return context;
        }

        model.DangerousRelease();
        throw new EngineException(
            $"llama.cpp cannot create a context of {parameters.NCtx} tokens and {parameters.NSeqMax} sequences; " +
            $"a smaller context needs less memory.{LlamaLog.Describe()}");
    }

    protected override bool ReleaseHandle()
    {
        LlamaNative.llama_free(handle);
        model.DangerousRelease();
        return true;
    }
}
