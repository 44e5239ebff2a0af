using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;

namespace SlmEdge.Interop;

/// <summary>Opens, describes and closes bundles. <c>slmedge.h</c> says what each function does and which threads may call it.</summary>
internal static unsafe class BundleExports
{
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
            LibraryFolder.Announce();
            *bundle = HandleTable.Add(new OpenedBundle(SlmRuntime.Open(Border.ZeroTerminated(path, "path"), Read(options))));
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_close", CallConvs = [typeof(CallConvCdecl)])]
    public static int Close(nint bundle)
    {
        try
        {
            if (bundle != 0)
            {
                HandleTable.Remove<OpenedBundle>(bundle, "bundle").Dispose();
            }

            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
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

            using var json = new MemoryStream();
            Describe(HandleTable.Get<OpenedBundle>(bundle, "bundle"), json);
            Border.Copy(json.GetBuffer().AsSpan(0, (int)json.Length), buffer, capacity, needed);
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_label_count", CallConvs = [typeof(CallConvCdecl)])]
    public static int LabelCount(nint bundle, nuint* count)
    {
        try
        {
            if (count is null)
            {
                throw Border.Null("count");
            }

            *count = (nuint)HandleTable.Get<OpenedBundle>(bundle, "bundle").Labels.Count;
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_label", CallConvs = [typeof(CallConvCdecl)])]
    public static int Label(nint bundle, int index, byte* buffer, nuint capacity, nuint* needed)
    {
        try
        {
            if (needed is null)
            {
                throw Border.Null("needed");
            }

            var labels = HandleTable.Get<OpenedBundle>(bundle, "bundle").Labels;
            if (index < 0 || index >= labels.Count)
            {
                throw new AbiException(SlmStatus.InvalidArgument, $"There is no label {index}; the task has {labels.Count}, counted from 0.");
            }

            Border.Copy(Encoding.UTF8.GetBytes(labels[index]), buffer, capacity, needed);
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    private static void Describe(OpenedBundle bundle, Stream to)
    {
        var runtime = bundle.Runtime;
        using var writer = new Utf8JsonWriter(to);
        writer.WriteStartObject();
        writer.WriteString("name", runtime.Manifest.Name);
        writer.WriteString("version", runtime.Manifest.Version);
        writer.WriteString("kind", runtime.Kind.ToString().ToLowerInvariant());
        writer.WriteString("engine", runtime.Engine);
        writer.WriteString("file", runtime.File);
        writer.WriteNumber("contextLength", runtime.ContextLength);
        writer.WriteStartArray("labels");
        foreach (var label in bundle.Labels)
        {
            writer.WriteStringValue(label);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static RuntimeOptions Read(SlmOptions* given)
    {
        var defaults = new RuntimeOptions();
        if (given is null)
        {
            return defaults;
        }

        var options = GrowingStructure.Read(given, StructureSizes.Options, "options");
        if (!Enum.IsDefined((EngineChoice)options.Engine))
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"options.engine is {options.Engine}; there are 0 (auto), 1 (llama) and 2 (onnx).");
        }

        if (!Enum.IsDefined((LongTextPolicy)options.LongTexts))
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"options.long_texts is {options.LongTexts}; there are 0 (refuse) and 1 (cut).");
        }

        if (options.MemoryLimitBytes > long.MaxValue)
        {
            throw new AbiException(SlmStatus.InvalidArgument, $"options.memory_limit_bytes is {options.MemoryLimitBytes}; no machine has that many.");
        }

        return defaults with
        {
            Engine = (EngineChoice)options.Engine,
            Threads = options.Threads,
            ContextLength = options.ContextLength,
            QueueCapacity = options.QueueCapacity == 0 ? defaults.QueueCapacity : options.QueueCapacity,
            CacheDirectory = options.CacheDirectory is null ? null : Border.ZeroTerminated(options.CacheDirectory, "options.cache_directory"),
            File = options.ModelFile is null ? null : Border.ZeroTerminated(options.ModelFile, "options.model_file"),
            MemoryLimitBytes = options.MemoryLimitBytes == 0 ? null : (long)options.MemoryLimitBytes,
            LongTexts = (LongTextPolicy)options.LongTexts,
            BatchTexts = options.BatchTexts == 0 ? defaults.BatchTexts : options.BatchTexts,
        };
    }
}
