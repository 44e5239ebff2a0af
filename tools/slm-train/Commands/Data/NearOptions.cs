using System.CommandLine;
using System.CommandLine.Parsing;
using SlmEdge.Datasets.Similarity;

namespace SlmEdge.Train.Commands.Data;

/// <summary>What counts as nearly the same text.</summary>
internal sealed class NearOptions
{
    private readonly Option<double> _threshold = new Option<double>("--threshold") { DefaultValueFactory = _ => 0.8, Description = "Least Jaccard similarity of near duplicates" }.Between(0.2, 1);
    private readonly Option<int> _shingle = new Option<int>("--shingle") { DefaultValueFactory = _ => 5, Description = "Characters of a shingle" }.Between(2, 50);

    public void AddTo(Command command)
    {
        command.Options.Add(_threshold);
        command.Options.Add(_shingle);
    }

    public SimilarityOptions Read(ParseResult parsed) => new() { Threshold = parsed.GetValue(_threshold), ShingleLength = parsed.GetValue(_shingle) };
}
