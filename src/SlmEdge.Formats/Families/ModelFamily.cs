using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// What sets one family of decoders apart from the Llama layout (RMSNorm, rotary positions, grouped-query attention, SwiGLU), which all of them share.
/// A family is one class derived from this and one row of <see cref="ModelFamilies"/>.
/// </summary>
public abstract class ModelFamily
{
    /// <summary><c>model_type</c> of Hugging Face's <c>config.json</c>, which is also the type that ONNX Runtime GenAI goes by.</summary>
    public abstract string ModelType { get; }

    /// <summary>Name of the Hugging Face class, for <c>architectures</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary><c>general.architecture</c> of GGUF, which chooses llama.cpp's graph and prefixes its keys.</summary>
    public abstract string GgufArchitecture { get; }

    /// <summary>Whether query, key and value projections have biases.</summary>
    public virtual bool QueryKeyValueBias => false;

    /// <summary>Whether each head of queries and keys passes an RMSNorm of its own before it is rotated.</summary>
    public virtual bool QueryKeyNorm => false;

    /// <summary>Whether llama.cpp's graph turns neighbouring elements of a head, so that the converter interleaves the rows of query and key matrices.</summary>
    public virtual bool InterleavesRotaryRows => false;

    /// <summary>Whether llama.cpp's converter states vocabulary size and rotary dimension for this family.</summary>
    public virtual bool StatesVocabularySize => false;

    /// <summary>Base of the rotary frequencies where the configuration has none.</summary>
    public virtual double DefaultRopeTheta => 10000;

    /// <summary>Longest sequence for which a plain causal attention gives the model's own answer.</summary>
    /// <param name="fields">The fields of <c>config.json</c>.</param>
    /// <param name="maxPositions">The stated context.</param>
    internal virtual int FullAttentionLength(JsonFields fields, int maxPositions) => maxPositions;
}
