using System.Runtime.InteropServices;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>Owns a LoRA adapter and keeps its model alive; freeing it after its model would be an error.</summary>
internal sealed class SafeLlamaAdapterHandle : SafeHandle
{
    private readonly SafeLlamaModelHandle model;

    private SafeLlamaAdapterHandle(SafeLlamaModelHandle model)
        : base(0, ownsHandle: true) => this.model = model;

    public override bool IsInvalid => handle == 0;

    /// <summary>Loads an adapter's GGUF file that managed code has verified.</summary>
    internal static SafeLlamaAdapterHandle Load(SafeLlamaModelHandle model, string path)
    {
        LlamaLog.Clear();
        var adapter = new SafeLlamaAdapterHandle(model);
        var referenced = false;
        model.DangerousAddRef(ref referenced);
        adapter.SetHandle(LlamaNative.llama_adapter_lora_init(model, path));
        if (!adapter.IsInvalid)
        {
            return adapter;
        }

        model.DangerousRelease();
        throw new EngineException(
            $"llama.cpp cannot load the adapter '{path}' onto this model; was it made for another base?{LlamaLog.Describe()}");
    }

    protected override bool ReleaseHandle()
    {
        LlamaNative.llama_adapter_lora_free(handle);
        model.DangerousRelease();
        return true;
    }
}
