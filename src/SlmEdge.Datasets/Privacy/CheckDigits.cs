using System.Collections.Frozen;

namespace SlmEdge.Datasets.Privacy;

/// <summary>The check digits of numbers, as their standards define them.</summary>
internal static class CheckDigits
{
    // Length of an IBAN by country (SWIFT IBAN registry).
    private static readonly FrozenDictionary<string, int> IbanLengths = Lengths(
        "NO15 BE16 DK18 FI18 FK18 FO18 GL18 NL18 SD18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 XK20 MN20 CH21 HR21 LI21 LV21 BG22 BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 OM23 SO23 TL23 " +
        "AD24 CZ24 ES24 MD24 PK24 RO24 SA24 SE24 SK24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 AZ28 BY28 CY28 DO28 GR27 FR27 IT27 MC27 MR27 SM27 BI27 DJ27 GT28 HU28 LB28 NI28 PL28 AL28 SV28 SC31 LC32 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 MT31 RU33");

    /// <summary>The length of an IBAN at the start of a text of letters and digits, or 0 when there is none.</summary>
    public static int Iban(ReadOnlySpan<char> text)
    {
        if (text.Length < 4 || !IbanLengths.TryGetValue(new string(text[..2]).ToUpperInvariant(), out int length) || text.Length < length)
        {
            return 0;
        }

        int remainder = 0;
        for (int i = 0; i < length; i++)
        {
            char c = char.ToUpperInvariant(text[(i + 4) % length]);
            remainder = char.IsAsciiDigit(c) ? ((10 * remainder) + c - '0') % 97 : ((100 * remainder) + c - 'A' + 10) % 97;
        }

        return remainder == 1 ? length : 0;
    }

    /// <summary>Luhn's sum (ISO/IEC 7812-1, annex B).</summary>
    public static bool Luhn(ReadOnlySpan<char> digits)
    {
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : (2 * digit) - 9;
        }

        return sum % 10 == 0;
    }

    /// <summary>T.C. kimlik no: the tenth digit from the odd and the even places, the eleventh from the first ten.</summary>
    public static bool TurkishId(ReadOnlySpan<char> digits)
    {
        if (digits.Length != 11 || digits[0] == '0')
        {
            return false;
        }

        int odd = 0;
        int even = 0;
        for (int i = 0; i < 9; i++)
        {
            (odd, even) = i % 2 == 0 ? (odd + digits[i] - '0', even) : (odd, even + digits[i] - '0');
        }

        int tenth = ((7 * odd) - even + 100) % 10;
        return digits[9] - '0' == tenth && digits[10] - '0' == (odd + even + tenth) % 10;
    }

    /// <summary>CPF: two digits by weighted sums modulo 11; eleven equal digits pass the sums and are not given out.</summary>
    public static bool BrazilianCpf(ReadOnlySpan<char> digits)
    {
        if (digits.Length != 11 || digits.IndexOfAnyExcept(digits[0]) < 0)
        {
            return false;
        }

        for (int place = 9; place < 11; place++)
        {
            int sum = 0;
            for (int i = 0; i < place; i++)
            {
                sum += (digits[i] - '0') * (place + 1 - i);
            }

            if (digits[place] - '0' != 10 * sum % 11 % 10)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>DNI and NIE: the letter is that of the number modulo 23; X, Y and Z of a NIE count as 0, 1 and 2.</summary>
    public static bool SpanishId(ReadOnlySpan<char> text)
    {
        int number = 0;
        foreach (char c in text[..^1])
        {
            number = (10 * number) + (c is >= 'X' and <= 'Z' ? c - 'X' : c - '0');
        }

        return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == text[^1];
    }

    private static FrozenDictionary<string, int> Lengths(string table) => table.Split(' ').ToDictionary(
        entry => entry[..2], entry => int.Parse(entry.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal).ToFrozenDictionary();
}
