using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SlmEdge.Runtime.Adapters;

/// <summary>
/// Shares requests out among adapters by their weights, for comparisons in the field (A/B). The same key always gets the same adapter, on every machine and in every
/// process; a changed weight moves only the keys that have to move, because every adapter draws its own lot for a key and the highest wins (weighted rendezvous
/// hashing: Thaler, Ravishankar 1998; Schindelhauer, Schomaker 2005, with the lot −weight / ln u).
/// </summary>
/// <remarks>It does not change; safe to use from several threads.</remarks>
public sealed class AdapterSplit
{
    /// <summary>The name that stands for the model itself, without an adapter.</summary>
    public const string Model = "";

    private readonly (string Name, byte[] Hash, double Weight)[] shares;
    private readonly byte[] salt;

    /// <summary>Makes a split.</summary>
    /// <param name="weights">The weight of each adapter's name, or of <see cref="Model"/>; not negative, and one above 0. Only their ratio counts.</param>
    /// <param name="salt">Tells comparisons apart: with another one the keys are shared out anew.</param>
    /// <exception cref="ArgumentException">The weights are no shares.</exception>
    public AdapterSplit(IReadOnlyDictionary<string, double> weights, string salt = "")
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(salt);
        if (weights.Values.Any(weight => !double.IsFinite(weight) || weight < 0) || weights.Values.All(weight => weight == 0))
        {
            throw new ArgumentException("The weights of a split have to be 0 or more, and one of them above 0.", nameof(weights));
        }

        Weights = new Dictionary<string, double>(weights, StringComparer.Ordinal);
        shares =
        [
            .. Weights.Where(share => share.Value > 0).OrderBy(share => share.Key, StringComparer.Ordinal)
                .Select(share => (share.Key, SHA256.HashData(Encoding.UTF8.GetBytes(share.Key)), share.Value)),
        ];
        this.salt = SHA256.HashData(Encoding.UTF8.GetBytes(salt));
    }

    /// <summary>The weight of each name.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; }

    /// <summary>The adapter of a key.</summary>
    /// <param name="key">What has to be treated alike: a customer, a machine, a ticket.</param>
    /// <returns>Its name, or <see langword="null"/> for the model itself.</returns>
    public string? Choose(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];

        // Salt and name are hashed first, so that they have a fixed length and no key can be taken for a part of them.
        var size = SHA256.HashSizeInBytes * 2;
        var input = new byte[size + Encoding.UTF8.GetByteCount(key)];
        salt.CopyTo(input, 0);
        Encoding.UTF8.GetBytes(key, input.AsSpan(size));
        var best = double.NegativeInfinity;
        var chosen = shares[0].Name;
        foreach (var (name, nameHash, weight) in shares)
        {
            nameHash.CopyTo(input, SHA256.HashSizeInBytes);
            SHA256.HashData(input, hash);

            // 52 bits and a half, which a double holds exactly, so that it is neither 0 nor 1.
            var uniform = ((BinaryPrimitives.ReadUInt64BigEndian(hash) >> 12) + 0.5) / (1UL << 52);
            var lot = -weight / Math.Log(uniform);
            if (lot > best)
            {
                (best, chosen) = (lot, name);
            }
        }

        return chosen == Model ? null : chosen;
    }
}
