using System.Runtime.InteropServices;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx.Quantization;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Quantization;

/// <summary>Brings the tensors of a base into a <see cref="BaseForm"/>: the one place that decides what becomes of each, for trainer and exporter alike.</summary>
internal static class HeldBase
{
    /// <summary>How a base is read into a form. In the forms of deployed files embedding and head take the values that the file gives them.</summary>
    public static WeightForms Forms(BaseForm form, ComputePrecision precision = ComputePrecision.Fp32) => form == BaseForm.Nf4
        ? WeightForms.Nf4In(precision)
        : new WeightForms((stored, device) => new BlockWeight(Read(form, stored), device, precision), (stored, device) => ReadTable(form, stored, device));

    /// <summary>Refuses a model that the exporter could not write in the form, before anything is trained.</summary>
    /// <exception cref="TrainingException">The model's width does not divide into blocks.</exception>
    public static void Check(BaseForm form, DecoderConfig config)
    {
        if (form == BaseForm.Int4Onnx && config.HiddenSize % BlockQuantization.Int8Embedding.BlockSize != 0)
        {
            throw new TrainingException(
                $"--quant {form.Name()} needs a hidden_size that is a multiple of {BlockQuantization.Int8Embedding.BlockSize}, not {config.HiddenSize}; choose {BaseForm.Q8_0.Name()}, or none.");
        }
    }

    /// <summary>A tensor in the form; null where it stays as it is.</summary>
    /// <param name="form">The form.</param>
    /// <param name="name">Hugging Face's name of the tensor.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Its values, row-major.</param>
    /// <exception cref="TrainingException">The matrix does not divide into blocks, or a weight is not finite.</exception>
    public static QuantizedMatrix? Matrix(BaseForm form, string name, long[] shape, float[] values)
    {
        var projection = IsProjection(name);
        if (shape.Length != 2 || (form == BaseForm.Nf4 && !projection))
        {
            return null;
        }

        try
        {
            return form switch
            {
                BaseForm.Nf4 => new Nf4Matrix(shape[0], shape[1], values),
                BaseForm.Int4Onnx => new Int4Matrix(BlockQuantizer.Quantize(
                    values, (int)shape[0], (int)shape[1], projection ? BlockQuantization.Int4Projections : BlockQuantization.Int8Embedding)),
                _ => GgmlMatrix.Quantize(form.MatrixType(projection, shape[1]), shape[0], shape[1], values),
            };
        }
        catch (Exception e) when (e is ArgumentException || (e is AggregateException { InnerException: ArgumentException }))
        {
            throw new TrainingException($"The base's tensor '{name}' cannot be held in {form.Name()}: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>Whether a matrix is that of a linear layer, and not embedding or head.</summary>
    public static bool IsProjection(string name) => name is not (DecoderTensorNames.Embedding or DecoderTensorNames.Head);

    /// <summary>One matrix of fp32 at a time.</summary>
    private static QuantizedMatrix Read(BaseForm form, StoredTensor stored)
    {
        var values = new float[stored.ElementCount];
        stored.ReadFloat32(0, values);
        return Matrix(form, stored.Name, [.. stored.Shape], values)!;
    }

    private static Tensor ReadTable(BaseForm form, StoredTensor stored, Device device)
    {
        var host = empty([.. stored.Shape], dtype: ScalarType.Float32).DetachFromDisposeScope();
        Read(form, stored).Dequantize(MemoryMarshal.Cast<byte, float>(host.bytes));
        return ModelDirectory.MoveTo(host, device);
    }
}
