using SlmEdge.Training.Families;
using SlmEdge.Training.Quantization;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>Brings a loaded base into the form in which a method trains it.</summary>
internal static class TrainableBase
{
    /// <summary>Quantises what is frozen, attaches adapters, marks what is trained.</summary>
    public static void Prepare(DecoderModel model, FineTuningOptions options, Action<string>? message)
    {
        manual_seed(options.Seed);
        model.RecomputeActivations = options.ActivationCheckpointing;
        switch (options.Method)
        {
            case FineTuningMethod.Full:
                model.Unfreeze();
                break;
            case FineTuningMethod.Lora:
                model.AttachAdapters(options.Lora);
                break;
            case FineTuningMethod.Qlora:
                var before = model.Linears.Sum(l => l.Weight.ByteLength);
                model.ReplaceWeights(Nf4Weight.Quantize);
                model.AttachAdapters(options.Lora);
                message?.Invoke($"Base held in NF4: {model.Linears.Sum(l => l.Weight.ByteLength) / 1048576.0:F1} MiB instead of {before / 1048576.0:F1} MiB in fp32");
                break;
            default:
                throw new TrainingException($"Unknown method {options.Method}.");
        }

        var trainable = model.TrainableParameters().Sum(p => p.Value.NumberOfElements);
        message?.Invoke($"{trainable:N0} of {model.ParameterCount:N0} parameters are trained");
    }
}
