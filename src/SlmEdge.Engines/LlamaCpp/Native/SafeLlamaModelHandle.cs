using System.Runtime.InteropServices;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>Owns a <c>llama_model</c>. Contexts and adapters hold a reference, so the model outlives them.</summary>
internal sealed class SafeLlamaModelHandle : SafeHandle
{
    public SafeLlamaModelHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Loads a GGUF file that managed code has verified.</summary>
    internal static SafeLlamaModelHandle Load(string path, LlamaModelParams parameters)
    {
        LlamaLog.Clear();
        var model = new SafeLlamaModelHandle();
        model.SetHandle(LlamaNative.llama_model_load_from_file(path, parameters));
        return model.IsInvalid
            ? throw new EngineException($"llama.cpp cannot load the model '{path}'.{LlamaLog.Describe()}")
            : model;
    }

    protected override bool ReleaseHandle()
    {
        LlamaNative.llama_model_free(handle);
        return true;
    }
}
