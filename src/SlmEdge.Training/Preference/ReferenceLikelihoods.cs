using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Runs;

namespace SlmEdge.Training.Preference;

/// <summary>
/// The answers' log-probabilities under the reference: the model before its first update, which is the base, or the base with the adapter that
/// training starts from. They are computed once and kept in the run directory, since a resumed run has no such model any more.
/// </summary>
/// <param name="Train">Of each training pair the chosen and the rejected answer's, one after the other.</param>
/// <param name="Valid">The same of the validation pairs.</param>
internal sealed record ReferenceLikelihoods(float[] Train, float[] Valid)
{
    private const string FileName = "reference.safetensors";
    private const string Fingerprint = "fingerprint";

    /// <summary>Reads what an earlier start of the same run has computed; null when there is none.</summary>
    public static ReferenceLikelihoods? Find(string runDirectory, string fingerprint)
    {
        var path = Path.Combine(runDirectory, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = SafetensorsFile.Open(path);
        return file.Metadata.GetValueOrDefault(Fingerprint) == fingerprint
            ? new ReferenceLikelihoods(file.ReadFloat32("train"), file.ReadFloat32("valid"))
            : null;
    }

    /// <summary>Keeps them for a resumed run.</summary>
    public void Save(string runDirectory, string fingerprint)
    {
        System.IO.Directory.CreateDirectory(runDirectory);
        var path = Path.Combine(runDirectory, FileName);
        var whole = path + ".part";
        SafetensorsWriter.Write(
            whole,
            [
                SafetensorsEntry.FromFloat32("train", [Train.Length / 2, 2], SafetensorsType.F32, Train),
                SafetensorsEntry.FromFloat32("valid", [Valid.Length / 2, 2], SafetensorsType.F32, Valid),
            ],
            new Dictionary<string, string> { [Fingerprint] = fingerprint });
        File.Move(whole, path, overwrite: true);
    }
}
