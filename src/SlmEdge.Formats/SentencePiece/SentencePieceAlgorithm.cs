namespace SlmEdge.Formats.SentencePiece;

/// <summary>How pieces are found in a text (<c>TrainerSpec.ModelType</c> of <c>sentencepiece_model.proto</c>).</summary>
public enum SentencePieceAlgorithm
{
    /// <summary>The likeliest segmentation under a unigram language model (Kudo 2018).</summary>
    Unigram = 1,

    /// <summary>Pairs are merged, the best score first (byte-pair encoding, Sennrich et al. 2016).</summary>
    BytePair = 2,

    /// <summary>Whole words.</summary>
    Word = 3,

    /// <summary>Single characters.</summary>
    Character = 4,
}
