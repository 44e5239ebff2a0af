using System.Collections.Frozen;
using System.Text;

namespace SlmEdge.Datasets.Languages;

/// <summary>
/// Guesses the language of a text: by its script where that settles it, otherwise (English, German, French, Spanish, Italian, Portuguese,
/// Dutch, Turkish, Polish) by common small words and by letters that only some of them have. A text without any of those is of no
/// language: <c>und</c>, as in BCP 47. Safe to use from several threads.
/// </summary>
public static class LanguageGuess
{
    /// <summary>No language could be told.</summary>
    public const string Undetermined = "und";

    private const int Most = 2000;

    private static readonly string[] Codes = ["en", "de", "fr", "es", "it", "pt", "nl", "tr", "pl"];

    // Small words of each language. One that stands in several languages counts for each of them.
    private static readonly string[] Words =
    [
        "the a an and or of to in on at for with from by is are was were be been am i you he she it we they my your his her our this that these those not no do does did have has had will would can could should what when where who why how me if but as there please about out up get need want any all show set tell make give go remind find play it's don't i'm",
        "der die das den dem des ein eine einen einem einer und oder nicht kein keine ist sind war waren bin bist hat habe haben wird werden kann können soll muss ich du er sie es wir ihr mein meine dein mit von zu zum zur im in auf an für bei nach aus über unter wie was wann wo wer warum auch noch nur schon aber wenn dass bitte mir mich",
        "le la les un une des du de et ou ne pas est sont était je tu il elle nous vous ils elles mon ma mes ton ta ce cette ces que qui quoi dans sur avec pour par au aux en à où quand comment pourquoi plus mais si être avoir ai a ont fait me se sa son leur l'heure s'il c'est j'ai d'un",
        "el la los las un una unos unas y o de del al a en con por para es son era está están hay no sí que qué quién cómo cuándo dónde yo tú él ella nosotros mi mis tu su sus me te se lo le esto esta este ese pero más muy ya porque como si puedo quiero tengo ha he han",
        "il lo la gli le un una uno e o di del della dei delle da in con su per tra non è sono era ho ha hanno che chi cosa come quando dove perché io tu lui lei noi voi mio mia tuo questo questa ma se più anche al alla nel nella mi ti si ci vorrei posso",
        "o a os as um uma uns e ou de do da dos das em no na nos nas com por para não é são foi está estão tem tenho que quem como quando onde porque eu tu ele ela nós você meu minha seu sua isto isso este esta mas mais muito já se ao à me lhe posso quero",
        "de het een en of van in op aan met voor door niet geen is zijn was waren ben heb hebt heeft hebben wordt worden kan kunnen moet ik jij je hij zij ze wij we mijn jouw dit dat deze die wat wie waar wanneer hoe waarom ook nog maar als naar bij uit er te om me",
        "ve veya ile bir bu şu o da de için mi mı mu mü ne nasıl neden niye kim nerede hangi kaç ben sen biz siz onlar bana sana beni seni benim senin çok daha en var yok değil olan olarak gibi kadar sonra önce ama fakat çünkü eğer her hiç şey lütfen göre bugün yarın saat tarihinde göster ayarla kur hatırlat çal ekle bul misin mısın musun müsün tüm bütün hava durumu iptal et sil aç kapat sabah akşam gece hafta ay gün yap yeni ilk son iki üç bir şarkı arasında üzere ait var mıdır",
        "i w na z do nie się to jest są był była że jak co kto gdzie kiedy dlaczego czy ja ty on ona my wy oni mój moja twój ten ta te o po za od dla przez przy ale lub oraz już tylko bardzo może mam masz ma być jestem proszę mi mnie ze",
    ];

    private static readonly string[] Letters = ["", "äöüß", "àâçèéêëîïôùûœ", "áéíñóú¿¡", "àèéìòù", "ãâáàçéêíóôõú", "ëï", "çğıöşü", "ąćęłńóśźż"];

    // Letters that hardly any of the other languages has settle more than a small word does.
    private static readonly string[] OwnLetters = ["", "ß", "œ", "ñ¿¡", "", "ãõ", "", "ğış", "ąęłśźż"];

    private static readonly int Turkish = Array.IndexOf(Codes, "tr");

    // Endings of case and possession; those that English or French have behind an apostrophe too (t, s, d, m, il) are not among them.
    private static readonly FrozenSet<string> TurkishEndings =
        "a e ı i u ü ya ye yı yi yu yü da de ta te dan den tan ten daki deki taki teki ın in un ün nın nin nun nün dır dir".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> WordLanguages = Index();
    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup = WordLanguages.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The language of a text as a BCP 47 code.</summary>
    /// <param name="text">The text; the first 2,000 characters are looked at.</param>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> start = text.AsSpan(0, Math.Min(Most, text.Length));
        return ByScript(start) is { } language ? language : ByWords(start);
    }

    private static string? ByScript(ReadOnlySpan<char> text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return null;
        }

        int latin = 0;
        int kana = 0;
        Span<int> scripts = stackalloc int[(int)Script.Thai + 1];
        foreach (Rune rune in text.EnumerateRunes())
        {
            Script script = Scripts.Of(rune);
            scripts[(int)script]++;
            latin += script == Script.Latin ? 1 : 0;
            kana += script == Script.Kana ? 1 : 0;
        }

        scripts[(int)Script.None] = 0;
        int most = 0;
        for (int i = 0; i < scripts.Length; i++)
        {
            most = scripts[i] > scripts[most] ? i : most;
        }

        return (Script)most switch
        {
            Script.None or Script.Latin => null,
            Script.Han => kana > 0 ? "ja" : "zh",
            Script.Kana => "ja",
            Script.Hangul => "ko",
            Script.Greek => "el",
            Script.Hebrew => "he",
            Script.Thai => "th",

            // These scripts are shared by several languages; the code says the script (ISO 15924).
            Script.Cyrillic => "und-Cyrl",
            Script.Arabic => "und-Arab",
            Script.Devanagari => "und-Deva",
            _ => null,
        };
    }

    private static string ByWords(ReadOnlySpan<char> text)
    {
        Span<double> scores = stackalloc double[Codes.Length];
        scores.Clear();
        Span<char> word = stackalloc char[24];
        int length = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            // The dotted capital of Turkish has no lower case of one character.
            char c = i < text.Length ? (text[i] == 'İ' ? 'i' : char.ToLowerInvariant(text[i])) : ' ';
            if (char.IsLetter(c) || c == '\'' || c == '’')
            {
                if (length < word.Length)
                {
                    word[length] = c == '’' ? '\'' : c;
                }

                length++;
                Letter(c, scores);
                continue;
            }

            if (length > word.Length)
            {
                length = 0;
                continue;
            }

            // Turkish puts an apostrophe between a name and its endings: Ankara'daki, Ali'nin.
            int apostrophe = word[..length].IndexOf('\'');
            if (apostrophe >= 2 && TurkishEndings.Contains(new string(word[(apostrophe + 1)..length])))
            {
                scores[Turkish] += 1;
            }
            else if (length > 0 && Lookup.TryGetValue(word[..length], out int languages))
            {
                double worth = 1.0 / System.Numerics.BitOperations.PopCount((uint)languages);
                for (int language = 0; language < Codes.Length; language++)
                {
                    scores[language] += (languages >> language & 1) * (0.5 + worth);
                }
            }

            length = 0;
        }

        int best = 0;
        for (int language = 1; language < Codes.Length; language++)
        {
            best = scores[language] > scores[best] ? language : best;
        }

        return scores[best] > 0 ? Codes[best] : Undetermined;
    }

    private static void Letter(char c, Span<double> scores)
    {
        if (c < 0x80)
        {
            return;
        }

        for (int language = 0; language < Codes.Length; language++)
        {
            scores[language] += OwnLetters[language].Contains(c, StringComparison.Ordinal) ? 1 : Letters[language].Contains(c, StringComparison.Ordinal) ? 0.25 : 0;
        }
    }

    private static FrozenDictionary<string, int> Index()
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int language = 0; language < Codes.Length; language++)
        {
            foreach (string word in Words[language].Split(' '))
            {
                index[word] = index.GetValueOrDefault(word) | (1 << language);
            }
        }

        return index.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
