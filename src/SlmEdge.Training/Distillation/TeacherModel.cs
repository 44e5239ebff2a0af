using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Distillation;

/// <summary>Loads a teacher whose distributions are to be learned: frozen, and with the student's own tokens.</summary>
internal static class TeacherModel
{
    /// <exception cref="TrainingException">The tokenizers differ, or the adapter belongs to another base.</exception>
    public static DecoderModel Load(LogitDistillationOptions options, BaseTokenizer student, Action<string>? message)
    {
        using (var tokenizer = BaseTokenizer.Open(options.TeacherDirectory))
        {
            if (tokenizer.Sha256 != student.Sha256)
            {
                throw new TrainingException(
                    $"The teacher '{options.TeacherDirectory}' splits text otherwise than the student '{options.BaseDirectory}': the hashes of their tokenizers are " +
                    $"{tokenizer.Sha256[..12]} and {student.Sha256[..12]}. Their distributions are over different tokens; learn its answers instead (--mode responses).");
            }
        }

        if (options.TeacherAdapterDirectory is { } adapter)
        {
            AdapterDirectory.CheckBase(adapter, options.TeacherDirectory);
        }

        var model = ModelDirectory.Load(options.TeacherDirectory, options.TeacherInNf4 ? WeightForms.Nf4 : WeightForms.Frozen);
        try
        {
            if (options.TeacherAdapterDirectory is not null)
            {
                AdapterDirectory.Load(model, options.TeacherAdapterDirectory);
            }

            model.Freeze();
            model.SetTraining(false);
            message?.Invoke($"Teacher of {model.ParameterCount:N0} parameters, its projections in {(options.TeacherInNf4 ? "NF4" : "fp32")}: {model.Linears.Sum(l => l.Weight.ByteLength) / 1048576.0:F1} MiB");
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
