using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Interop;

/// <summary>Extracts documents and writes texts. <c>slmedge.h</c> says what each function does and which threads may call it.</summary>
internal static unsafe class WriteExports
{
    // A document that did not fit: writing it again would cost what writing it did.
    [ThreadStatic]
    private static byte[]? lastDocument;

    [UnmanagedCallersOnly(EntryPoint = "slm_extract", CallConvs = [typeof(CallConvCdecl)])]
    public static int Extract(
        nint bundle, byte* text, nuint length, SlmWriteOptions* options, nint cancel, byte* buffer, nuint capacity, nuint* needed, SlmAnswer* answer)
    {
        try
        {
            lastDocument = null;
            if (needed is null)
            {
                throw Border.Null("needed");
            }

            if (buffer is null && capacity > 0)
            {
                throw Border.Null("buffer");
            }

            *needed = 0;
            var extractor = HandleTable.Get<OpenedBundle>(bundle, "bundle").Runtime.Extractor;
            var size = answer is null ? 0 : GrowingStructure.SizeOf(answer, StructureSizes.Answer, "answer");
            using var hold = CancelSwitch.HoldOf(cancel);
            var result = extractor.ExtractAsync(Border.Text(text, length, "text"), WriteOptions.ForExtraction(options), hold.Token).GetAwaiter().GetResult();
            if (answer is not null)
            {
                Write(FinishReason.Stop, result.Truncated, result.Usage, result.Timings, answer, size);
            }

            var document = Encoding.UTF8.GetBytes(result.Document.GetRawText());
            lastDocument = document;
            Border.Copy(document, buffer, capacity, needed);
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_last_document", CallConvs = [typeof(CallConvCdecl)])]
    public static int LastDocument(byte* buffer, nuint capacity, nuint* needed)
    {
        try
        {
            if (needed is null)
            {
                throw Border.Null("needed");
            }

            Border.Copy(lastDocument ?? throw new AbiException(SlmStatus.InvalidArgument, "This thread's last slm_extract gave no document."), buffer, capacity, needed);
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_generate", CallConvs = [typeof(CallConvCdecl)])]
    public static int Generate(
        nint bundle,
        byte* text,
        nuint length,
        SlmWriteOptions* options,
        nint cancel,
        delegate* unmanaged[Cdecl]<byte*, nuint, void*, int> onText,
        void* context,
        SlmAnswer* answer)
    {
        try
        {
            if (onText is null)
            {
                throw Border.Null("on_text");
            }

            var generator = HandleTable.Get<OpenedBundle>(bundle, "bundle").Runtime.Generator;
            var size = answer is null ? 0 : GrowingStructure.SizeOf(answer, StructureSizes.Answer, "answer");
            using var hold = CancelSwitch.HoldOf(cancel);
            var piece = new byte[256];
            foreach (var update in generator.StreamAsync(Border.Text(text, length, "text"), WriteOptions.ForGeneration(options), hold.Token).ToBlockingEnumerable())
            {
                if (update.Text.Length > 0 && !HandOut(update.Text, ref piece, onText, context))
                {
                    throw new AbiException(SlmStatus.Cancelled, "on_text stopped the answer.");
                }

                if (update.Result is { } result && answer is not null)
                {
                    Write(result.FinishReason, result.Truncated, result.Usage, result.Timings, answer, size);
                }
            }

            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    // One buffer for all pieces, so that a token costs no memory.
    private static bool HandOut(string text, ref byte[] piece, delegate* unmanaged[Cdecl]<byte*, nuint, void*, int> onText, void* context)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        if (piece.Length < most)
        {
            piece = new byte[most];
        }

        var length = Encoding.UTF8.GetBytes(text, piece);
        piece[length] = 0;
        fixed (byte* bytes = piece)
        {
            return onText(bytes, (nuint)length, context) == 0;
        }
    }

    private static void Write(FinishReason finish, bool truncated, TokenUsage usage, GenerationTimings timings, SlmAnswer* answer, nuint size) =>
        GrowingStructure.Write(
            new SlmAnswer
            {
                Finish = (int)finish,
                Truncated = truncated ? 1 : 0,
                PromptTokens = usage.PromptTokens,
                CachedTokens = usage.CachedTokens,
                AnswerTokens = usage.AnswerTokens,
                FirstTokenMs = timings.FirstToken.TotalMilliseconds,
                EvaluatedMs = timings.Evaluated.TotalMilliseconds,
            },
            answer,
            size);
}
