using System.CommandLine;
using System.CommandLine.Parsing;
using SlmEdge.Datasets.Rows;

namespace SlmEdge.Train.Commands.Data;

/// <summary>The options that every command over rows has.</summary>
internal sealed class RowOptions
{
    private readonly Option<string> _text = new("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
    private readonly Option<string> _label = new("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
    private readonly Option<int> _threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Threads; 0 is one for each processor" }.InThreads();
    private readonly Option<int> _memory = new Option<int>("--memory") { DefaultValueFactory = _ => 2048, Description = "MiB that tables of rows may take; beyond it they go to the disk" }.AtLeast(1);
    private readonly Option<DirectoryInfo?> _temporary = new("--temp") { Description = "Folder of what does not fit in memory" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _text, _label, _threads, _memory, _temporary })
        {
            command.Options.Add(option);
        }
    }

    public DatasetOptions Read(ParseResult parsed)
    {
        int threads = parsed.GetValue(_threads);
        return new DatasetOptions
        {
            TextColumn = parsed.GetValue(_text)!,
            LabelColumn = parsed.GetValue(_label)!,
            Threads = threads == 0 ? Environment.ProcessorCount : threads,
            MemoryBytes = (long)parsed.GetValue(_memory) << 20,
            TemporaryFolder = parsed.GetValue(_temporary)?.FullName ?? Path.GetTempPath(),
        };
    }
}
