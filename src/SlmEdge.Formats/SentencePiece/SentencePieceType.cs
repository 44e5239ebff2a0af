namespace SlmEdge.Formats.SentencePiece;

/// <summary>What a piece is for (<c>ModelProto.SentencePiece.Type</c> of <c>sentencepiece_model.proto</c>). GGUF's token types have the same values.</summary>
public enum SentencePieceType
{
    /// <summary>A piece of text.</summary>
    Normal = 1,

    /// <summary>Stands for what no piece covers.</summary>
    Unknown = 2,

    /// <summary>Frames text (begin, end, roles); never made from text.</summary>
    Control = 3,

    /// <summary>Text that is always one piece, whatever its score.</summary>
    UserDefined = 4,

    /// <summary>In the list, but never used.</summary>
    Unused = 5,

    /// <summary>One byte, <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, for characters that have no piece.</summary>
    Byte = 6,
}
