using System.CommandLine;
using SlmEdge.Datasets;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Formats;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Templates;
using SlmEdge.Teachers;
using SlmEdge.Train.Commands;
using SlmEdge.Train.Commands.Data;
using SlmEdge.Training;

var root = new RootCommand("Train a small language model on your own data: tokenizer, pre-training, LoRA/QLoRA/full fine-tuning, preferences, distillation, evaluation.")
{
    TaskCommand.Create(),
    DataCommand.Create(),
    SftCommand.Create(),
    DistillCommand.Create(),
    DpoCommand.Create(),
    EvalCommand.Create(),
    TokenizerCommand.Create(),
    PretrainCommand.Create(),
};
var program = new CommandLineProgram(
    "slm-train",
    root,
    typeof(TrainingException),
    typeof(TeacherException),
    typeof(TaskDefinitionException),
    typeof(ChatTemplateException),
    typeof(ModelFormatException),
    typeof(DataFormatException),
    typeof(DatasetException),
    typeof(EngineException),
    typeof(NativeLibraryMissingException));
return await program.RunAsync(args).ConfigureAwait(false);
