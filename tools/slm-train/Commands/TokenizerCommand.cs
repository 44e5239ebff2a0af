using System.CommandLine;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Storage;
using SlmEdge.Formats.Tokenization;
using SlmEdge.Train.Display;
using SlmEdge.Training.Pretraining;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train tokenizer</c>: a byte-level BPE vocabulary from text files.</summary>
internal static class TokenizerCommand
{
    public static Command Create()
    {
        var files = new Option<FileInfo[]>("--files") { Description = "Text (.txt, documents separated by <|doc|> lines) or .jsonl files, optionally .gz", Required = true, AllowMultipleArgumentsPerToken = true };
        var size = new Option<int>("--vocabulary") { Description = "Number of tokens", DefaultValueFactory = _ => 6144 }.AtLeast(259);
        var upper = new Option<double>("--upper-case-share") { DefaultValueFactory = _ => 0, Description = "Share of the documents that are turned into capitals, as logs and notes are often written" }.Between(0, 1);
        var output = new Option<DirectoryInfo>("--out") { Description = "Directory to write tokenizer.json and tokenizer_config.json to", Required = true };
        var command = new Command("tokenizer", "Train a byte-level BPE tokenizer") { files, size, upper, output };
        command.SetAction((parsed, cancellation) =>
        {
            Run(parsed.GetValue(files)!, parsed.GetValue(size), parsed.GetValue(upper), parsed.GetValue(output)!, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Run(FileInfo[] files, int vocabularySize, double upperCaseShare, DirectoryInfo output, CancellationToken cancellation)
    {
        using var staging = AtomicDirectory.Create(output.FullName);
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = vocabularySize, SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] });
        long documents = 0;
        foreach (var document in new CorpusOptions(upperCaseShare).Read(files.Select(f => f.FullName)))
        {
            cancellation.ThrowIfCancellationRequested();
            trainer.Add(document);
            documents++;
        }

        TrainingDisplay.Message($"Counted {documents:N0} documents; merging");
        var tokenizer = trainer.Train(null, cancellation);
        tokenizer.Save(staging.StagingPath);
        new TokenizerConfig { BosToken = "<|endoftext|>", EosToken = "<|endoftext|>", AddBosToken = true }.Save(staging.StagingPath);
        staging.Commit();
        Console.WriteLine($"{tokenizer.Vocabulary.Count:N0} tokens written to {output}");
    }
}
