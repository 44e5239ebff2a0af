using SlmEdge.Formats.Onnx.Quantization;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.Export.Tests.Models;

/// <summary>A checkpoint whose matrices were quantised and dequantised by our own code.</summary>
internal static class DequantisedModel
{
    public static void Write(ModelWeights weights, string directory, Func<string, BlockQuantization> options)
    {
        Directory.CreateDirectory(directory);
        weights.Config.Save(directory);
        TinyModel.WriteTokenizer(directory);
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"),
        [
            .. weights.Names.Select(name =>
            {
                long[] shape = weights.Shapes[name];
                float[] values = weights.Read(name);
                if (shape.Length == 2)
                {
                    values = BlockQuantizer.Quantize(values, (int)shape[0], (int)shape[1], options(name)).Dequantize();
                }

                return SafetensorsEntry.FromFloat32(name, shape, SafetensorsType.F32, values);
            }),
        ]);
    }
}
