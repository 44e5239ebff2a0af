namespace SlmEdge.Formats.Gguf;

/// <summary>
/// Conditions on a model's hyperparameters that libllama (v0.5.0: load_hparams and the graphs of the Llama layout) asserts or divides by, which ends the process,
/// rather than reports. Files without a block count (vocabularies, adapters) have nothing to check.
/// </summary>
internal static class GgufHyperparameterCheck
{
    /// <summary>LLAMA_MAX_LAYERS and LLAMA_MAX_EXPERTS.</summary>
    private const int MaxLayers = 512;
    private const int MaxExperts = 1024;

    public static void Check(GgufFile file)
    {
        if (!file.Metadata.TryGetValue(GgufFacts.ArchitectureKey, out GgufValue? architectureValue) || architectureValue.Type != GgufValueType.String)
        {
            throw new ModelFormatException("is missing; it is not a model that libllama can load", file.Path, GgufFacts.ArchitectureKey);
        }

        // libllama would open the other parts by itself, unchecked.
        const string PartsKey = "split.count";
        if (file.Metadata.TryGetValue(PartsKey, out GgufValue? parts) && parts.AsInt64() > 1)
        {
            throw new ModelFormatException($"is one of {parts.AsInt64()} parts; merge them into one file first", file.Path, PartsKey);
        }

        foreach ((string key, GgufValue value) in file.Metadata)
        {
            if (key.EndsWith("layer_norm_rms_epsilon", StringComparison.Ordinal) && value.AsDouble() is var epsilon && !(epsilon is >= 0 and < 1))
            {
                throw new ModelFormatException($"is {epsilon}, must be from 0 to 1", file.Path, key);
            }
        }

        string architecture = architectureValue.AsString();
        string Key(string name) => $"{architecture}.{name}";
        long? Number(string name) => file.Metadata.TryGetValue(Key(name), out GgufValue? value) && value.Type == GgufValueType.UInt32 ? value.AsInt64() : null;
        ModelFormatException Wrong(string name, string message) => new(message, file.Path, Key(name));

        if (!file.Metadata.ContainsKey(Key("block_count")))
        {
            return;
        }

        if (Number("block_count") is not (>= 1 and <= MaxLayers))
        {
            throw Wrong("block_count", $"must be from 1 to {MaxLayers}");
        }

        CheckExperts();
        if (file.Metadata.TryGetValue(Key("rope.scaling.type"), out GgufValue? scaling)
            && (scaling.Type != GgufValueType.String || scaling.AsString() is not ("none" or "linear" or "yarn" or "longrope")))
        {
            throw Wrong("rope.scaling.type", $"is '{scaling}'; none, linear, yarn and longrope exist");
        }

        if (architecture is "llama" or "qwen2" or "qwen3" or "phi3" or "gemma2" or "gemma3" or "stablelm" or "mistral3" or "bert")
        {
            CheckAttention();
        }

        void CheckExperts()
        {
            long experts = Number("expert_count") ?? 0;
            long used = Number("expert_used_count") ?? 0;
            long groups = Number("expert_group_count") ?? 0;
            bool consistent = experts == 0 ? used == 0 && groups == 0 : experts <= MaxExperts && used >= 1 && used <= experts && groups < experts;
            if (!consistent || (groups > 1 && (experts % groups != 0 || Number("expert_group_used_count") is not long g || g < 1 || g >= groups)))
            {
                throw Wrong("expert_count", $"{experts} experts, {used} used and {groups} groups contradict each other");
            }
        }

        void CheckAttention()
        {
            long heads = Number("attention.head_count") is long h and >= 1 ? h : throw Wrong("attention.head_count", "must be at least 1");
            long keyValueHeads = Number("attention.head_count_kv") ?? heads;
            if (keyValueHeads < 1 || heads % keyValueHeads != 0)
            {
                throw Wrong("attention.head_count_kv", $"{keyValueHeads} does not divide the {heads} heads");
            }

            long width = Number("embedding_length") is long w and >= 1 ? w : throw Wrong("embedding_length", "must be at least 1");
            long keyLength = Number("attention.key_length") ?? (width / heads);
            long valueLength = Number("attention.value_length") ?? (width / heads);
            if (keyLength < 1 || keyLength != valueLength)
            {
                throw Wrong("attention.key_length", $"keys have {keyLength} and values {valueLength} elements per head; the same is needed, at least 1");
            }
        }
    }
}
