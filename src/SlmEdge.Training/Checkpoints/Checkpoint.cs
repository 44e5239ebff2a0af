using System.Text.Json;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Checkpoints;

/// <summary>
/// <c>checkpoints/last</c>: parameters and optimiser state as they are, and where in the run they belong. Together with the seed,
/// from which the order of the data and the dropout of every step follow, that is all a run needs to continue exactly.
/// </summary>
public static class Checkpoint
{
    private const string TensorFile = "state.safetensors";
    private const string StateFile = "state.json";

    /// <summary>Where a run keeps its last checkpoint.</summary>
    /// <param name="runDirectory">Run directory.</param>
    public static string Directory(string runDirectory) => Path.Combine(runDirectory, "checkpoints", "last");

    /// <summary>Whether a run can be resumed.</summary>
    /// <param name="runDirectory">Run directory.</param>
    public static bool Exists(string runDirectory) => File.Exists(Path.Combine(Directory(runDirectory), StateFile));

    /// <summary>Replaces the last checkpoint once the new one is whole on the disk.</summary>
    internal static void Save(string runDirectory, CheckpointState state, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var target = Directory(runDirectory);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var staging = AtomicDirectory.Create(target, overwrite: true);
        var entries = tensors
            .Select(t => new SafetensorsEntry(t.Key, TypeOf(t.Value), [.. t.Value.shape], stream => Write(t.Value, stream)))
            .ToArray();
        SafetensorsWriter.Write(Path.Combine(staging.StagingPath, TensorFile), entries);
        File.WriteAllText(Path.Combine(staging.StagingPath, StateFile), JsonSerializer.Serialize(state));
        staging.Commit();
    }

    /// <summary>Reads the state without the tensors.</summary>
    /// <exception cref="TrainingException">The run has no checkpoint, or it belongs to a run with other settings.</exception>
    internal static CheckpointState ReadState(string runDirectory, string fingerprint)
    {
        var path = Path.Combine(Directory(runDirectory), StateFile);
        if (!File.Exists(path))
        {
            throw new TrainingException($"'{runDirectory}' has no checkpoint to resume from ('{path}' is missing). Start it without --resume.");
        }

        var state = JsonSerializer.Deserialize<CheckpointState>(File.ReadAllText(path))!;
        return state.Fingerprint == fingerprint
            ? state
            : throw new TrainingException(
                $"The checkpoint in '{runDirectory}' was made with other settings or other data, so continuing would not be the same run. Repeat the first command's options, or start anew in another directory.");
    }

    /// <summary>Copies the saved values into the given tensors.</summary>
    internal static void Restore(string runDirectory, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var file = SafetensorsFile.Open(Path.Combine(Directory(runDirectory), TensorFile));
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in tensors)
        {
            using var host = empty(tensor.shape, dtype: tensor.dtype);
            var size = host.ElementSize;
            var flat = host.view(-1);
            if (!file.Tensors.TryGetValue(name, out var saved) || saved.Type != TypeOf(tensor) || !saved.Shape.SequenceEqual(tensor.shape))
            {
                throw new TrainingException(
                    $"The checkpoint '{file.Path}' does not hold '{name}' as {TypeOf(tensor)} of shape [{string.Join(", ", tensor.shape)}]; it is not of this run. Start anew in another directory.");
            }

            for (long first = 0; first < host.NumberOfElements; first += StoredTensor.PartLength)
            {
                using var part = flat.narrow(0, first, Math.Min(StoredTensor.PartLength, host.NumberOfElements - first));
                file.ReadBytes(name, first * size, part.bytes);
            }

            tensor.copy_(host);
        }
    }

    private static SafetensorsType TypeOf(Tensor tensor) => tensor.dtype switch
    {
        ScalarType.Float32 => SafetensorsType.F32,
        ScalarType.Byte => SafetensorsType.U8,
        _ => throw new InvalidOperationException($"Checkpoints hold fp32 and bytes, not {tensor.dtype}."),
    };

    /// <summary>Straight from main memory; of a GPU's tensors, one at a time is copied there.</summary>
    private static void Write(Tensor tensor, Stream stream)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        tensor.detach().cpu().contiguous().WriteBytesToStream(stream);
    }
}
