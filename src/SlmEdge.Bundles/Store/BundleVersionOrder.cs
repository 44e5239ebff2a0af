using System.Globalization;
using System.Numerics;

namespace SlmEdge.Bundles.Store;

/// <summary>
/// Which of two versions is newer, as Semantic Versioning 2.0.0 (item 11) orders them, for any number of dotted parts:
/// missing parts are 0, and <c>1.0.0-rc.1</c> comes before <c>1.0.0</c>.
/// </summary>
internal static class BundleVersionOrder
{
    public static int Compare(string left, string right)
    {
        (string leftRelease, string? leftPre) = Split(left);
        (string rightRelease, string? rightPre) = Split(right);
        int order = CompareParts(leftRelease, rightRelease, missing: "0");
        return order != 0 ? order
            : leftPre is null ? rightPre is null ? 0 : 1
            : rightPre is null ? -1
            : CompareParts(leftPre, rightPre, missing: null);
    }

    private static (string Release, string? Pre) Split(string version)
    {
        int dash = version.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (version, null) : (version[..dash], version[(dash + 1)..]);
    }

    private static int CompareParts(string left, string right, string? missing)
    {
        string[] l = left.Split('.');
        string[] r = right.Split('.');
        for (int i = 0; i < Math.Max(l.Length, r.Length); i++)
        {
            string? a = i < l.Length ? l[i] : missing;
            string? b = i < r.Length ? r[i] : missing;
            int order = a is null ? -1 : b is null ? 1 : ComparePart(a, b);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int ComparePart(string left, string right)
    {
        bool leftIsNumber = BigInteger.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger l);
        bool rightIsNumber = BigInteger.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger r);
        return leftIsNumber && rightIsNumber ? l.CompareTo(r)
            : leftIsNumber ? -1
            : rightIsNumber ? 1
            : string.CompareOrdinal(left, right);
    }
}
