using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace SlmEdge.Datasets.Privacy;

/// <summary>
/// Finds personal data by its form, with check digits where there are any. Safe to use from several threads. What it finds and what it misses
/// on labelled text is measured by the tests and stated in docs/data.md.
/// </summary>
public static partial class PiiScanner
{
    private const int MostDigits = 15;

    /// <summary>The places of a text that look like personal data, in order, none of which overlap.</summary>
    /// <param name="text">The text.</param>
    public static IReadOnlyList<PiiMatch> Scan(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool mail = text.Contains('@', StringComparison.Ordinal);
        int digit = text.AsSpan().IndexOfAnyInRange('0', '9');
        if (!mail && digit < 0)
        {
            return [];
        }

        var found = new List<PiiMatch>();
        if (mail)
        {
            Add(found, PiiKind.Email, Email(), text, static match => match.Length);
        }

        if (digit >= 0)
        {
            // What has a check digit first: its digits are then no telephone number.
            Add(found, PiiKind.Iban, IbanForm(), text, static match => IbanLength(match.ValueSpan));
            Add(found, PiiKind.CreditCard, CardForm(), text, static match => IsCard(Digits(match.ValueSpan)) ? match.Length : 0);
            Add(found, PiiKind.IpAddress, IpForm(), text, static match => IsAddress(match.Value) ? match.Length : 0);
            Add(found, PiiKind.BrazilianCpf, CpfForm(), text, static match => CheckDigits.BrazilianCpf(Digits(match.ValueSpan)) ? match.Length : 0);
            Add(found, PiiKind.UsSsn, SsnForm(), text, static match => match.Length);
            Add(found, PiiKind.SpanishId, SpanishForm(), text, static match => CheckDigits.SpanishId(match.ValueSpan) ? match.Length : 0);
            Add(found, PiiKind.TurkishId, ElevenDigits(), text, static match => CheckDigits.TurkishId(match.ValueSpan) ? match.Length : 0);
            Add(found, PiiKind.Phone, PhoneForm(), text, static match => IsPhone(match) ? match.Length : 0);
        }

        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    private static void Add(List<PiiMatch> found, PiiKind kind, Regex form, string text, Func<Match, int> length)
    {
        for (Match match = form.Match(text); match.Success; match = match.NextMatch())
        {
            int taken = length(match);
            if (taken > 0 && !found.Exists(other => other.Start < match.Index + taken && match.Index < other.Start + other.Length))
            {
                found.Add(new PiiMatch(kind, match.Index, taken));
            }
        }
    }

    // The form may reach into the next word; the country says how long the number is.
    private static int IbanLength(ReadOnlySpan<char> text)
    {
        Span<char> compact = stackalloc char[64];
        Span<int> ends = stackalloc int[64];
        int count = 0;
        for (int i = 0; i < text.Length && count < compact.Length; i++)
        {
            if (text[i] != ' ')
            {
                compact[count] = text[i];
                ends[count++] = i + 1;
            }
        }

        int length = CheckDigits.Iban(compact[..count]);
        return length == 0 ? 0 : ends[length - 1];
    }

    private static bool IsCard(string digits) => digits[0] is '2' or '3' or '4' or '5' or '6' or '1'
        && (digits[0] != '1' || digits.StartsWith("1800", StringComparison.Ordinal))
        && digits.AsSpan().IndexOfAnyExcept(digits[0]) >= 0
        && CheckDigits.Luhn(digits);

    private static bool IsAddress(string text) => text.Contains(':', StringComparison.Ordinal)
        ? text.Count(c => c == ':') >= 2 && text.Any(char.IsAsciiHexDigit) && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6 && text.Length > 6
        : text.Split('.') is { Length: 4 } parts && parts[0] != "0" && parts.All(part => part.Length <= 3 && int.Parse(part, System.Globalization.CultureInfo.InvariantCulture) <= 255);

    private static bool IsPhone(Match match)
    {
        string number = match.Value;
        int extension = number.IndexOf('x', StringComparison.Ordinal);
        number = extension < 0 ? number : number[..extension];
        string digits = Digits(number);
        if (digits.Length is < 7 or > MostDigits || DateForm().IsMatch(number))
        {
            return false;
        }

        if (number[0] == '+')
        {
            return digits.Length >= 8;
        }

        int[] groups = [.. DigitRuns().EnumerateMatches(number).ToLengths()];
        return groups.Length >= 2 && groups.Length <= 6 && groups.Max() <= 8 && groups.Skip(1).Min() >= 2;
    }

    private static string Digits(ReadOnlySpan<char> text)
    {
        var digits = new System.Text.StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                digits.Append(c);
            }
        }

        return digits.ToString();
    }

    private static IEnumerable<int> ToLengths(this Regex.ValueMatchEnumerator runs)
    {
        var lengths = new List<int>();
        foreach (ValueMatch run in runs)
        {
            lengths.Add(run.Length);
        }

        return lengths;
    }

    [GeneratedRegex(@"(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])", RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{2,4}){2,9}[A-Za-z0-9]{0,3}", RegexOptions.CultureInvariant)]
    private static partial Regex IbanForm();

    [GeneratedRegex(@"(?<![\d.,+-])\d(?:[ -]?\d){11,18}(?![\d-])(?!\.\d)", RegexOptions.CultureInvariant)]
    private static partial Regex CardForm();

    [GeneratedRegex(@"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]))", RegexOptions.CultureInvariant)]
    private static partial Regex IpForm();

    [GeneratedRegex(@"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex CpfForm();

    // 000, 666 and 900 to 999, group 00 and serial 0000 are never given out (Social Security Administration).
    [GeneratedRegex(@"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])", RegexOptions.CultureInvariant)]
    private static partial Regex SsnForm();

    [GeneratedRegex(@"(?<![A-Za-z0-9])[0-9XYZ]\d{7}[A-Z](?![A-Za-z0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex SpanishForm();

    [GeneratedRegex(@"(?<![\d.,+-])\d{11}(?![\d-])(?![.,]\d)", RegexOptions.CultureInvariant)]
    private static partial Regex ElevenDigits();

    [GeneratedRegex(@"(?<![\w.,/$€£#+-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{1,14}(?:[ .-]\d{2,8}){0,5}(?:x\d{1,6})?(?![\w/-])(?![.,]\d)", RegexOptions.CultureInvariant)]
    private static partial Regex PhoneForm();

    [GeneratedRegex(@"^(?:19|20)\d\d[ .-]\d{1,2}[ .-]\d{1,2}(?: \d{1,2})?$|^\d{1,2}[.-]\d{1,2}[.-]\d{4}$|^(?:19|20)\d\d[ -](?:19|20)\d\d$|^\d{1,3}(?:\.\d{3}){2,}$", RegexOptions.CultureInvariant)]
    private static partial Regex DateForm();

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex DigitRuns();
}
