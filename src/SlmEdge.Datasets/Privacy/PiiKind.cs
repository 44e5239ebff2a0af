namespace SlmEdge.Datasets.Privacy;

/// <summary>Personal data that can be told by its form. Names of people cannot, and are not looked for.</summary>
public enum PiiKind
{
    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>An international bank account number whose check digits hold (ISO 13616, modulo 97).</summary>
    Iban,

    /// <summary>A payment card number whose check digit holds (Luhn, ISO/IEC 7812-1).</summary>
    CreditCard,

    /// <summary>An IPv4 or IPv6 address.</summary>
    IpAddress,

    /// <summary>A United States social security number in its usual form, outside the ranges that are never given out.</summary>
    UsSsn,

    /// <summary>A Turkish identity number (T.C. kimlik no) whose two check digits hold.</summary>
    TurkishId,

    /// <summary>A Brazilian CPF in its usual form whose two check digits hold.</summary>
    BrazilianCpf,

    /// <summary>A Spanish DNI or NIE whose letter holds.</summary>
    SpanishId,

    /// <summary>A telephone number: international, or in groups. It has no check digit, so part numbers and the like may be taken for one.</summary>
    Phone,
}
