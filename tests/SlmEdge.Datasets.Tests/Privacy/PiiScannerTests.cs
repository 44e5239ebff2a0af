using System.Text.Json;
using SlmEdge.Datasets.Privacy;

namespace SlmEdge.Datasets.Tests.Privacy;

public sealed class PiiScannerTests
{
    [Theory]
    [InlineData("mail john.doe+x@mail.example.co.uk today", PiiKind.Email, "john.doe+x@mail.example.co.uk")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 00 please", PiiKind.Iban, "DE89 3704 0044 0532 0130 00")]
    [InlineData("TR330006100519786457841326", PiiKind.Iban, "TR330006100519786457841326")]
    [InlineData("card 4111 1111 1111 1111, thanks", PiiKind.CreditCard, "4111 1111 1111 1111")]
    [InlineData("from 192.168.0.17:8080", PiiKind.IpAddress, "192.168.0.17")]
    [InlineData("at 2001:db8::8a2e:370:7334 now", PiiKind.IpAddress, "2001:db8::8a2e:370:7334")]
    [InlineData("SSN 123-45-6789.", PiiKind.UsSsn, "123-45-6789")]
    [InlineData("TC 10000000146 kimlik", PiiKind.TurkishId, "10000000146")]
    [InlineData("CPF 529.982.247-25", PiiKind.BrazilianCpf, "529.982.247-25")]
    [InlineData("DNI 12345678Z", PiiKind.SpanishId, "12345678Z")]
    [InlineData("NIE X1234567L", PiiKind.SpanishId, "X1234567L")]
    [InlineData("call +90 532 123 45 67 now", PiiKind.Phone, "+90 532 123 45 67")]
    [InlineData("call (555) 123-4567x12", PiiKind.Phone, "(555) 123-4567x12")]
    public void Personal_data_is_found_by_its_form(string text, PiiKind kind, string value)
    {
        PiiMatch match = PiiScanner.Scan(text).ShouldHaveSingleItem();
        (match.Kind, text.Substring(match.Start, match.Length)).ShouldBe((kind, value));
    }

    [Theory]
    [InlineData("IBAN DE89 3704 0044 0532 0130 01 with a wrong digit")]
    [InlineData("part 4111 1111 1111 1112")]
    [InlineData("no. 10000000147 on the pump")]
    [InlineData("DNI 12345678A")]
    [InlineData("version 1.2.3 of 2024-05-17, 12.05.2024")]
    [InlineData("replaced 3500 hr service, 250 x 40 mm, 1,250.00 EUR, WO 12345678")]
    [InlineData("at 10:15:30 the belt stopped @ station 5")]
    public void What_only_looks_like_it_is_not(string text) => PiiScanner.Scan(text).ShouldBeEmpty();

    // Presidio's labelled texts. Recall: labelled places that an equal kind of match overlaps. Precision: matches that overlap a labelled place
    // of the kind. docs/data.md states these figures. The patterns were made while looking at the misses in both files, so the figures say what the
    // patterns reach there, not what they would on texts never seen.
    [SkippableTheory]
    [InlineData("synth_dataset_v2.json", PiiKind.Email, "EMAIL_ADDRESS", 1.0, 1.0)]
    [InlineData("synth_dataset_v2.json", PiiKind.Iban, "IBAN_CODE", 1.0, 1.0)]
    [InlineData("synth_dataset_v2.json", PiiKind.CreditCard, "CREDIT_CARD", 0.99, 0.99)]
    [InlineData("synth_dataset_v2.json", PiiKind.IpAddress, "IP_ADDRESS", 1.0, 1.0)]
    [InlineData("synth_dataset_v2.json", PiiKind.UsSsn, "US_SSN", 1.0, 1.0)]
    [InlineData("synth_dataset_v2.json", PiiKind.Phone, "PHONE_NUMBER", 0.9, 0.6)]
    [InlineData("generated_small.json", PiiKind.CreditCard, "CREDIT_CARD", 1.0, 1.0)]
    [InlineData("generated_small.json", PiiKind.Phone, "PHONE_NUMBER", 1.0, 0.9)]
    public void Recall_and_precision_on_labelled_texts_are_as_stated(string file, PiiKind kind, string type, double recall, double precision)
    {
        (double measuredRecall, double measuredPrecision, string errors) = Measure(SharedData.Locate("data/pii/" + file), kind, type);
        string figures = FormattableString.Invariant($"recall {measuredRecall:0.000}, precision {measuredPrecision:0.000}: {errors}");
        measuredRecall.ShouldBeGreaterThanOrEqualTo(recall, figures);
        measuredPrecision.ShouldBeGreaterThanOrEqualTo(precision, figures);
    }

    [SkippableFact]
    public void Real_work_orders_give_hardly_any_false_alarm()
    {
        // Numbers of parts, hours and orders are all over these texts, and nobody's telephone number is.
        string[] texts = [.. File.ReadLines(SharedData.Locate("data/work-orders/system.train.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)];
        texts.Count(text => PiiScanner.Scan(text).Count > 0).ShouldBeLessThanOrEqualTo(texts.Length / 500, string.Join(" | ", texts.Where(text => PiiScanner.Scan(text).Count > 0)));
    }

    private static (double Recall, double Precision, string Errors) Measure(string file, PiiKind kind, string type)
    {
        (int places, int found, int matches, int right) = (0, 0, 0, 0);
        var errors = new List<string>();
        foreach (JsonElement row in JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.EnumerateArray())
        {
            string text = row.GetProperty("full_text").GetString()!;
            PiiMatch[] scanned = [.. PiiScanner.Scan(text).Where(match => match.Kind == kind)];
            (int Start, int End)[] labelled = [.. row.GetProperty("spans").EnumerateArray().Where(span => span.GetProperty("entity_type").GetString() == type)
                .Select(span => (span.GetProperty("start_position").GetInt32(), span.GetProperty("end_position").GetInt32()))];
            places += labelled.Length;
            matches += scanned.Length;
            foreach ((int start, int end) in labelled)
            {
                bool overlaps = scanned.Any(match => match.Start < end && start < match.Start + match.Length);
                found += overlaps ? 1 : 0;
                if (!overlaps)
                {
                    errors.Add("missed " + text[start..end]);
                }
            }

            foreach (PiiMatch match in scanned)
            {
                bool overlaps = labelled.Any(span => match.Start < span.End && span.Start < match.Start + match.Length);
                right += overlaps ? 1 : 0;
                if (!overlaps)
                {
                    errors.Add("wrong " + text.Substring(match.Start, match.Length));
                }
            }
        }

        return ((double)found / places, matches == 0 ? 1 : (double)right / matches, string.Join("; ", errors.Take(30)));
    }
}
