using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>Brings a loaded base into the form in which a method trains it.</summary>
internal static class TrainableBase
{
    /// <summary>The form in which a method holds its base.</summary>
    public static WeightForms Forms(FineTuningOptions options) => options switch
    {
        { Method: FineTuningMethod.Full } => WeightForms.Float32,
        { HeldForm: { } form } => HeldBase.Forms(form, options.ComputePrecision),
        _ => WeightForms.Frozen,
    };

    /// <summary>Where the optimiser's state lies between steps; null is beside the parameters.</summary>
    public static Device? StateDevice(FineTuningOptions options, Device device, Action<string>? message)
    {
        if (!options.OffloadOptimizer)
        {
            return null;
        }

        if (device.type == DeviceType.CPU)
        {
            message?.Invoke("--offload-optimizer changes nothing here: the model is trained in main memory, where the optimiser's state lies already.");
        }

        return CPU;
    }

    /// <summary>Attaches adapters, marks what is trained, of a base that was loaded in its <see cref="Forms"/>.</summary>
    public static void Prepare(DecoderModel model, FineTuningOptions options, Action<string>? message)
    {
        if (options.HeldForm is { } form)
        {
            HeldBase.Check(form, model.Config);
        }

        manual_seed(options.Seed);
        model.RecomputeActivations = options.ActivationCheckpointing;
        switch (options.Method)
        {
            case FineTuningMethod.Full:
                model.Unfreeze();
                break;
            default:
                Attach(model, options);
                break;
        }

        if (options.Method != FineTuningMethod.Full && model.Linears.Any(l => l.Weight is BlockWeight))
        {
            var held = model.Linears.Sum(l => l.Weight.ByteLength);
            var single = model.Linears.Sum(l => l.Weight.OutFeatures * l.Weight.InFeatures * sizeof(float));
            if (options.ComputePrecision == ComputePrecision.Bf16 && model.Device.type == DeviceType.CPU)
            {
                message?.Invoke("Warning: --compute-dtype bf16 is slow on a CPU, which has no fast bfloat16 product; fp32 is faster here.");
            }

            message?.Invoke($"Base held in {options.HeldForm?.Name() ?? "the blocks of its file"}: {held / 1048576.0:F1} MiB instead of {single / 1048576.0:F1} MiB in fp32");
        }

        var trainable = model.TrainableParameters().Sum(p => p.Value.NumberOfElements);
        message?.Invoke($"{trainable:N0} of {model.ParameterCount:N0} parameters are trained");
    }

    private static void Attach(DecoderModel model, FineTuningOptions options)
    {
        if (options.AdapterDirectory is not { } start)
        {
            model.AttachAdapters(options.Lora);
            return;
        }

        AdapterDirectory.Load(model, start, options.Lora);
        foreach (var linear in model.Linears)
        {
            linear.Adapter?.RequireGradients();
        }
    }
}
