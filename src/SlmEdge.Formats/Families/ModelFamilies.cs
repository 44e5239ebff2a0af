namespace SlmEdge.Formats.Families;

/// <summary>The families that can be trained and exported.</summary>
public static class ModelFamilies
{
    /// <summary>The plain Llama family, of which new models are made.</summary>
    public static ModelFamily Llama { get; } = new LlamaFamily();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        Llama,
        new MistralFamily(),
        new MinistralFamily(),
        new Qwen2Family(),
        new Qwen3Family(),
        new Phi3Family(),
        new Gemma2Family(),
        new Gemma3Family(),
        new StableLmFamily(),
    ];

    /// <summary>The family of a <c>model_type</c>, or null.</summary>
    /// <param name="modelType">As in <c>config.json</c>.</param>
    public static ModelFamily? Find(string modelType) => All.FirstOrDefault(family => family.ModelType == modelType);
}
