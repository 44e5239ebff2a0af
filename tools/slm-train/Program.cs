using System.CommandLine;
using SlmEdge.Train;
using SlmEdge.Train.Commands;

var root = new RootCommand("Train a small language model on your own data: tokenizer, pre-training, LoRA/QLoRA/full fine-tuning, evaluation.")
{
    TaskCommand.Create(),
    SftCommand.Create(),
    EvalCommand.Create(),
    TokenizerCommand.Create(),
    PretrainCommand.Create(),
};
return await CommandRunner.RunAsync(root, args).ConfigureAwait(false);
