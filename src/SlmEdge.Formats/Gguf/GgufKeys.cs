namespace SlmEdge.Formats.Gguf;

/// <summary>Metadata keys of the GGUF specification that this library writes or checks.</summary>
internal static class GgufKeys
{
    public const string TokenizerModel = "tokenizer.ggml.model";
    public const string PreTokenizer = "tokenizer.ggml.pre";
    public const string Tokens = "tokenizer.ggml.tokens";
    public const string TokenTypes = "tokenizer.ggml.token_type";
    public const string Scores = "tokenizer.ggml.scores";
    public const string Merges = "tokenizer.ggml.merges";
    public const string BosId = "tokenizer.ggml.bos_token_id";
    public const string EosId = "tokenizer.ggml.eos_token_id";
    public const string EotId = "tokenizer.ggml.eot_token_id";
    public const string UnknownId = "tokenizer.ggml.unknown_token_id";
    public const string PaddingId = "tokenizer.ggml.padding_token_id";
    public const string AddBos = "tokenizer.ggml.add_bos_token";
    public const string AddEos = "tokenizer.ggml.add_eos_token";
    public const string AddSep = "tokenizer.ggml.add_sep_token";
    public const string AddSpacePrefix = "tokenizer.ggml.add_space_prefix";
    public const string ChatTemplate = "tokenizer.chat_template";

    /// <summary>Ours: what is done to a text before libllama sees it.</summary>
    public const string Normalizer = "slmedge.tokenizer.normalizer";

    /// <summary>Ours: ids of the tokens that take the white space after them, separated by spaces.</summary>
    public const string StripRight = "slmedge.tokenizer.strip_right";
}
