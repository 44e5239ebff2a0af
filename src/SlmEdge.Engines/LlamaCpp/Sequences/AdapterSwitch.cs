using SlmEdge.Engines.LlamaCpp.Evaluation;
using SlmEdge.Engines.LlamaCpp.Native;

namespace SlmEdge.Engines.LlamaCpp.Sequences;

/// <summary>
/// The adapters that are loaded beside a running context, and the one that it computes with. Switching makes llama.cpp plan its graphs anew, so the context is only
/// told when the adapter changes. Not safe for several threads: loading also changes the model's list, which evaluations read.
/// </summary>
/// <param name="context">The context.</param>
/// <param name="model">Its model.</param>
/// <param name="own">The adapter that the model was opened with, which computes where no other is named; null for none. Not owned.</param>
/// <param name="scale">The strength of <paramref name="own"/>.</param>
internal sealed unsafe class AdapterSwitch(SafeLlamaContextHandle context, SafeLlamaModelHandle model, SafeLlamaAdapterHandle? own, float scale) : IDisposable
{
    private readonly Dictionary<string, SafeLlamaAdapterHandle> loaded = new(StringComparer.Ordinal);
    private string? current;

    internal void Load(string key, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (loaded.ContainsKey(key))
        {
            throw new EngineException($"There is an adapter '{key}' already.");
        }

        VerifiedGguf.Check(path);
        loaded.Add(key, SafeLlamaAdapterHandle.Load(model, path));
    }

    internal void Unload(string key)
    {
        if (!loaded.Remove(key, out var adapter))
        {
            return;
        }

        // The context must not keep a pointer to what is freed, were it only to compare it with the next.
        if (current == key)
        {
            Use(null);
        }

        adapter.Dispose();
    }

    /// <summary>Lets the next evaluation compute with an adapter.</summary>
    /// <param name="key">The adapter; null for the model as it was opened.</param>
    internal void Use(string? key)
    {
        if (key == current)
        {
            return;
        }

        var adapter = key is null ? own : loaded.GetValueOrDefault(key) ?? throw new EngineException($"The adapter '{key}' is not loaded.");
        LlamaLog.Clear();
        if (!Apply(adapter, key is null ? scale : 1f))
        {
            throw new EngineException($"llama.cpp cannot apply the adapter '{key}'.{LlamaLog.Describe()}");
        }

        current = key;
    }

    public void Dispose()
    {
        if (!context.IsClosed)
        {
            Use(null);
        }

        foreach (var adapter in loaded.Values)
        {
            adapter.Dispose();
        }

        loaded.Clear();
    }

    private bool Apply(SafeLlamaAdapterHandle? adapter, float strength)
    {
        if (adapter is null)
        {
            return LlamaNative.llama_set_adapters_lora(context, null, 0, null) == 0;
        }

        var pointer = adapter.DangerousGetHandle();
        return LlamaNative.llama_set_adapters_lora(context, &pointer, 1, &strength) == 0;
    }
}
