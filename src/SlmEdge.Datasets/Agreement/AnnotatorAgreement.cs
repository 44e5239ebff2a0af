using System.Globalization;
using SlmEdge.Datasets.Rows;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Agreement;

/// <summary>Compares the labels that several people gave to the same texts.</summary>
public static class AnnotatorAgreement
{
    /// <summary>Compares.</summary>
    /// <param name="options">Whose labels.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="DataFormatException">A row cannot be read, or an item stands twice in a file.</exception>
    /// <exception cref="DatasetException">There are fewer than two annotators, or nothing that two of them labelled, or labels have no order.</exception>
    public static AgreementResult Run(AgreementOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] annotators = options.DataFiles.Count > 1 ? Names(options.DataFiles) : [.. options.Annotators];
        if (annotators.Length < 2)
        {
            throw new DatasetException("Agreement needs two annotators: give one file with their columns in --annotators, or one file for each.");
        }

        List<AnnotatedItem> items = options.DataFiles.Count > 1 ? ReadFiles(options, cancellation) : ReadColumns(options, annotators, cancellation);
        List<AnnotatedItem> rated = [.. items.Where(item => item.Labels.Count(label => label is not null) > 1)];
        if (rated.Count == 0)
        {
            throw new DatasetException("No row was labelled by two annotators. Are the files joined by the right column (--id)?");
        }

        string[] labels = Labels(rated, options);
        var numbers = labels.Select((label, number) => (label, number)).ToDictionary(label => label.label, label => label.number, StringComparer.Ordinal);
        int[][] counts = [.. rated.Select(item => Count(item, numbers))];
        return new AgreementResult(
            rated.Count,
            annotators,
            options.Weights,
            [.. Pairs(annotators, rated, numbers, options.Weights)],
            FleissKappa.Compute(counts),
            [.. labels.Select((label, number) => new LabelAgreement(label, counts.Sum(count => count[number]), FleissKappa.OfLabel(counts, number)))],
            [.. rated.Select((item, i) => new DisputedItem(item.Row, item.Text, ItemAgreement(counts[i]), item.Labels)).Where(item => item.Agreement < 1)
                .OrderBy(item => item.Agreement).ThenBy(item => item.Row).Take(options.Shown)]);
    }

    private static string[] Names(IReadOnlyList<string> files)
    {
        string[] names = [.. files.Select(file => Path.GetFileNameWithoutExtension(file)!)];
        return names.Distinct().Count() == names.Length ? names : [.. files];
    }

    // The file is read once for each annotator, whose column is then the label.
    private static List<AnnotatedItem> ReadColumns(AgreementOptions options, string[] annotators, CancellationToken cancellation)
    {
        var items = new List<AnnotatedItem>();
        for (int annotator = 0; annotator < annotators.Length; annotator++)
        {
            int item = 0;
            bool found = false;
            foreach ((_, DatasetRow row) in Rows(options.DataFiles[0], options.Dataset with { LabelColumn = annotators[annotator] }, cancellation))
            {
                if (annotator == 0)
                {
                    items.Add(new AnnotatedItem(row.Row, row.Text, annotators.Length));
                }

                found |= row.Label is not null;
                items[item++].Labels[annotator] = string.IsNullOrEmpty(row.Label) ? null : row.Label;
            }

            if (!found)
            {
                throw new DataFormatException(options.DataFiles[0], null, $"no row has the column '{annotators[annotator]}' that --annotators names");
            }
        }

        return items;
    }

    private static List<AnnotatedItem> ReadFiles(AgreementOptions options, CancellationToken cancellation)
    {
        var items = new Dictionary<string, AnnotatedItem>(StringComparer.Ordinal);
        for (int annotator = 0; annotator < options.DataFiles.Count; annotator++)
        {
            var seen = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach ((DatasetFile file, DatasetRow row) in Rows(options.DataFiles[annotator], options.Dataset with { GroupColumn = options.IdColumn }, cancellation))
            {
                if (options.IdColumn is { } column && string.IsNullOrEmpty(row.Group))
                {
                    throw new DataFormatException(file.Path, row.Row, $"the column '{column}' that --id names is missing or empty");
                }

                string id = row.Group ?? TrainTestOverlap.Fold(row.Text);
                if (!seen.TryAdd(id, row.Row))
                {
                    throw new DataFormatException(file.Path, row.Row, $"is the same item as row {seen[id]}; an annotator labels an item once{(options.IdColumn is null ? ". Name a column that tells them apart with --id" : "")}");
                }

                if (!items.TryGetValue(id, out AnnotatedItem? item))
                {
                    item = new AnnotatedItem(row.Row, row.Text, options.DataFiles.Count);
                    items.Add(id, item);
                }

                item.Labels[annotator] = string.IsNullOrEmpty(row.Label) ? null : row.Label;
            }
        }

        return [.. items.Values];
    }

    private static IEnumerable<(DatasetFile File, DatasetRow Row)> Rows(string path, DatasetOptions options, CancellationToken cancellation)
    {
        DatasetFile file = DatasetFile.Open(path, options);
        foreach (RowBatch batch in file.Read(null, cancellation))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                DatasetRow row = DatasetScan.Usable(file, batch[i]);
                if (row.Kind != RowKind.LabelledText)
                {
                    throw new DataFormatException(path, row.Row, $"is not a labelled text; name the column of the text with --text-column");
                }

                if (!row.Blank)
                {
                    yield return (file, row);
                }
            }
        }
    }

    private static string[] Labels(List<AnnotatedItem> items, AgreementOptions options)
    {
        string[] given = [.. items.SelectMany(item => item.Labels).OfType<string>().Distinct()];
        if (options.Order.Count > 0)
        {
            string? missing = given.FirstOrDefault(label => !options.Order.Contains(label));
            return missing is null ? [.. options.Order] : throw new DatasetException($"The label '{missing}' is not in --order.");
        }

        double Number(string label) => double.Parse(label, CultureInfo.InvariantCulture);
        bool numbers = given.All(label => double.TryParse(label, CultureInfo.InvariantCulture, out _));
        return numbers ? [.. given.OrderBy(Number)]
            : options.Weights == KappaWeights.None ? [.. given.Order(StringComparer.Ordinal)]
            : throw new DatasetException("Weights need to know which labels are next to each other: name them in --order, from one end to the other.");
    }

    private static int[] Count(AnnotatedItem item, Dictionary<string, int> numbers)
    {
        var counts = new int[numbers.Count];
        foreach (string label in item.Labels.OfType<string>())
        {
            counts[numbers[label]]++;
        }

        return counts;
    }

    private static IEnumerable<PairAgreement> Pairs(string[] annotators, List<AnnotatedItem> items, Dictionary<string, int> numbers, KappaWeights weights)
    {
        for (int a = 0; a < annotators.Length; a++)
        {
            for (int b = a + 1; b < annotators.Length; b++)
            {
                AnnotatedItem[] both = [.. items.Where(item => item.Labels[a] is not null && item.Labels[b] is not null)];
                if (both.Length > 0)
                {
                    int[] first = [.. both.Select(item => numbers[item.Labels[a]!])];
                    int[] second = [.. both.Select(item => numbers[item.Labels[b]!])];
                    yield return new PairAgreement(
                        annotators[a], annotators[b], both.Length, both.Average(item => item.Labels[a] == item.Labels[b] ? 1.0 : 0), CohenKappa.Compute(first, second, numbers.Count, weights));
                }
            }
        }
    }

    private static double ItemAgreement(int[] counts)
    {
        double ratings = counts.Sum();
        return counts.Sum(n => n * (n - 1.0)) / (ratings * (ratings - 1));
    }
}
