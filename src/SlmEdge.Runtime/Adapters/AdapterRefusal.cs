namespace SlmEdge.Runtime.Adapters;

/// <summary>Why an adapter cannot be used.</summary>
public enum AdapterRefusal
{
    /// <summary>No adapter of that name is loaded.</summary>
    UnknownName,

    /// <summary>The model that runs cannot take adapters: its engine has none, or another adapter is merged into it.</summary>
    NotSupported,

    /// <summary>What was given is no adapter.</summary>
    NotAnAdapter,

    /// <summary>A signature is required and there is none.</summary>
    Unsigned,

    /// <summary>It was trained on another base.</summary>
    OtherBase,

    /// <summary>It was trained with another tokenizer.</summary>
    OtherTokenizer,

    /// <summary>It was trained with another chat template.</summary>
    OtherTemplate,

    /// <summary>It was trained with another prompt.</summary>
    OtherPrompt,

    /// <summary>Its file is damaged, or its factors do not fit the model.</summary>
    OtherShapes,

    /// <summary>There is not enough memory, or there are as many adapters as are allowed.</summary>
    NoRoom,

    /// <summary>Golden examples are decided otherwise here than tested.</summary>
    GoldenExamples,
}
