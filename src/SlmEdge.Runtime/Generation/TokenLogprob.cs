using System.Text;

namespace SlmEdge.Runtime.Generation;

/// <summary>
/// A token of an answer and the natural logarithm of the probability that the model gave it: of the model's own distribution, before penalties, temperature,
/// cuts and a schema have changed it.
/// </summary>
/// <param name="Bytes">The token's bytes; alone they need not be UTF-8.</param>
/// <param name="Logprob">At most 0.</param>
/// <param name="Top">The likeliest tokens at its place, best first, themselves without others; empty where none were asked for.</param>
public sealed record TokenLogprob(byte[] Bytes, double Logprob, IReadOnlyList<TokenLogprob> Top)
{
    /// <summary>The token's text; bytes that are not UTF-8 are U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);
}
