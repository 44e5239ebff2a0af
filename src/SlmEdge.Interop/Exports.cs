using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using SlmEdge.Runtime;

namespace SlmEdge.Interop;

/// <summary>The functions of <c>slmedge.h</c>, which says what each does and which threads may call it.</summary>
internal static unsafe class Exports
{
    private const int AbiVersion = 1;

    [UnmanagedCallersOnly(EntryPoint = "slm_abi_version", CallConvs = [typeof(CallConvCdecl)])]
    public static int GetAbiVersion() => AbiVersion;

    [UnmanagedCallersOnly(EntryPoint = "slm_open_handles", CallConvs = [typeof(CallConvCdecl)])]
    public static nuint OpenHandles() => (nuint)HandleTable.Count;

    [UnmanagedCallersOnly(EntryPoint = "slm_last_error", CallConvs = [typeof(CallConvCdecl)])]
    public static nuint LastError(byte* buffer, nuint capacity)
    {
        var message = Border.LastError;
        if (buffer is not null && capacity > 0)
        {
            var length = (int)Math.Min((nuint)message.Length, capacity - 1);
            while (length < message.Length && length > 0 && (message[length] & 0xC0) == 0x80)
            {
                length--;
            }

            message[..length].CopyTo(new Span<byte>(buffer, length));
            buffer[length] = 0;
        }

        return (nuint)message.Length + 1;
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_open", CallConvs = [typeof(CallConvCdecl)])]
    public static int Open(byte* path, SlmOptions* options, nint* bundle)
    {
        try
        {
            if (bundle is null)
            {
                throw Border.Null("bundle");
            }

            *bundle = 0;
            *bundle = HandleTable.Add(SlmRuntime.Open(ZeroTerminated(path, "path"), Read(options)));
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return (int)Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_close", CallConvs = [typeof(CallConvCdecl)])]
    public static int Close(nint bundle)
    {
        try
        {
            HandleTable.Remove<SlmRuntime>(bundle, "bundle").Dispose();
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return (int)Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_info", CallConvs = [typeof(CallConvCdecl)])]
    public static int Info(nint bundle, byte* buffer, nuint capacity, nuint* needed)
    {
        try
        {
            if (needed is null)
            {
                throw Border.Null("needed");
            }

            var runtime = HandleTable.Get<SlmRuntime>(bundle, "bundle");
            using var json = new MemoryStream();
            using (var writer = new Utf8JsonWriter(json))
            {
                writer.WriteStartObject();
                writer.WriteString("name", runtime.Manifest.Name);
                writer.WriteString("version", runtime.Manifest.Version);
                writer.WriteString("kind", runtime.Kind.ToString().ToLowerInvariant());
                writer.WriteString("engine", runtime.Engine);
                writer.WriteNumber("contextLength", runtime.ContextLength);
                writer.WriteStartArray("labels");
                foreach (var label in runtime.Manifest.Task.Labels)
                {
                    writer.WriteStringValue(label.Name);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            *needed = (nuint)json.Length + 1;
            if (buffer is null && capacity == 0)
            {
                return (int)SlmStatus.Ok;
            }

            if (buffer is null)
            {
                throw Border.Null("buffer");
            }

            if (capacity < *needed)
            {
                throw new AbiException(SlmStatus.BufferTooSmall, $"The buffer has {capacity} bytes and the answer needs {*needed}.");
            }

            json.GetBuffer().AsSpan(0, (int)json.Length).CopyTo(new Span<byte>(buffer, (int)json.Length));
            buffer[json.Length] = 0;
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return (int)Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_cancel_create", CallConvs = [typeof(CallConvCdecl)])]
    public static int CancelCreate(nint* cancel)
    {
        try
        {
            if (cancel is null)
            {
                throw Border.Null("cancel");
            }

            *cancel = HandleTable.Add(new CancellationTokenSource());
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return (int)Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_cancel_now", CallConvs = [typeof(CallConvCdecl)])]
    public static int CancelNow(nint cancel)
    {
        try
        {
            HandleTable.Get<CancellationTokenSource>(cancel, "cancel").Cancel();
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return (int)Border.Fail(error);
        }
    }

    // Not disposed: a call may still hold its token, and a source without a timer holds nothing that the collector does not free.
    [UnmanagedCallersOnly(EntryPoint = "slm_cancel_free", CallConvs = [typeof(CallConvCdecl)])]
    public static int CancelFree(nint cancel)
    {
        try
        {
            HandleTable.Remove<CancellationTokenSource>(cancel, "cancel");
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return (int)Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_classify", CallConvs = [typeof(CallConvCdecl)])]
    public static int Classify(nint bundle, byte* text, nuint length, nint cancel, SlmDecision* decision, double* scores, nuint scoreCount)
    {
        try
        {
            var classifier = HandleTable.Get<SlmRuntime>(bundle, "bundle").Classifier;
            var token = cancel == 0 ? default : HandleTable.Get<CancellationTokenSource>(cancel, "cancel").Token;
            if (decision is null)
            {
                throw Border.Null("decision");
            }

            if (decision->Size < (nuint)sizeof(SlmDecision))
            {
                throw new AbiException(SlmStatus.InvalidArgument, $"decision.size is {decision->Size} where {sizeof(SlmDecision)} is the least. Set it to sizeof(slm_decision).");
            }

            if (scores is not null && scoreCount < (nuint)classifier.Labels.Count)
            {
                throw new AbiException(SlmStatus.BufferTooSmall, $"There is room for {scoreCount} scores, and the task has {classifier.Labels.Count} labels.");
            }

            var answer = classifier.ClassifyAsync(Border.Text(text, length, "text"), token).GetAwaiter().GetResult();
            var best = IndexOf(classifier.Labels, answer.Scores[0].Label);
            decision->Confidence = answer.Confidence;
            decision->Best = best;
            decision->Label = answer.Label is null ? -1 : IndexOf(classifier.Labels, answer.Label);
            decision->Truncated = answer.Truncated ? 1 : 0;
            decision->Reserved = 0;
            if (scores is not null)
            {
                foreach (var score in answer.Scores)
                {
                    scores[IndexOf(classifier.Labels, score.Label)] = score.Probability;
                }
            }

            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return (int)Border.Fail(error);
        }
    }

    private static int IndexOf(IReadOnlyList<string> labels, string label)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] == label)
            {
                return i;
            }
        }

        return -1;
    }

    private static string ZeroTerminated(byte* text, string name) =>
        text is null ? throw Border.Null(name) : Border.Text(text, (nuint)MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).Length, name);

    private static RuntimeOptions Read(SlmOptions* options)
    {
        if (options is null)
        {
            return new RuntimeOptions();
        }

        if (options->Size < (nuint)sizeof(SlmOptions))
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"options.size is {options->Size} where {sizeof(SlmOptions)} is the least. Set it to sizeof(slm_options).");
        }

        if (!Enum.IsDefined((EngineChoice)options->Engine))
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"options.engine is {options->Engine}; there are 0 (auto), 1 (llama) and 2 (onnx).");
        }

        var defaults = new RuntimeOptions();
        return defaults with
        {
            Engine = (EngineChoice)options->Engine,
            Threads = options->Threads,
            ContextLength = options->ContextLength,
            QueueCapacity = options->QueueCapacity == 0 ? defaults.QueueCapacity : options->QueueCapacity,
            CacheDirectory = options->CacheDirectory is null ? null : ZeroTerminated(options->CacheDirectory, "options.cache_directory"),
        };
    }
}
