using System.Globalization;
using SlmEdge.Samples.WorkOrders;

// dotnet run --project samples/work-orders/generator -- [folder] [seed]
var folder = args.Length > 0 ? args[0] : ".";
if (args.Length > 2 || !Directory.Exists(folder))
{
    Console.Error.WriteLine("usage: WorkOrderGenerator [existing folder] [seed]");
    return 2;
}

var seed = DataSet.DefaultSeed;
if (args.Length == 2 && !ulong.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out seed))
{
    Console.Error.WriteLine($"'{args[1]}' is not a seed: give a whole number.");
    return 2;
}

var data = DataSet.Generate(Vocabulary.Load(), seed);
foreach (var (name, rows) in new[] { ("train", data.Train), ("valid", data.Valid), ("test", data.Test) })
{
    var path = Path.Combine(folder, name + ".jsonl");
    File.WriteAllText(path, JsonLinesFile.Format(rows));
    Console.WriteLine($"{path}: {rows.Count} rows");
}

return 0;
