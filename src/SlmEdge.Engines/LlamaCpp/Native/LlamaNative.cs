using System.Runtime.InteropServices;
using System.Text;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>
/// The part of llama.cpp 0.5.0's C interface (<c>llama.h</c>) that SlmEdge uses. Call
/// <see cref="LlamaBackend.EnsureLoaded"/> before any of these: it says where the library is.
/// </summary>
internal static unsafe partial class LlamaNative
{
    internal const string Library = "slmedge-llama";

    [LibraryImport(Library)]
    internal static partial nint llama_version();

    [LibraryImport(Library)]
    internal static partial nint llama_print_system_info();

    [LibraryImport(Library)]
    internal static partial void llama_backend_init();

    [LibraryImport(Library)]
    internal static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* userData);

    [LibraryImport(Library)]
    internal static partial LlamaModelParams llama_model_default_params();

    [LibraryImport(Library)]
    internal static partial LlamaContextParams llama_context_default_params();

    [LibraryImport(Library)]
    internal static partial LlamaModelQuantizeParams llama_model_quantize_default_params();

    [LibraryImport(Library)]
    internal static partial nuint llama_max_parallel_sequences();

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_supports_gpu_offload();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint llama_model_load_from_file(string path, LlamaModelParams parameters);

    [LibraryImport(Library)]
    internal static partial void llama_model_free(nint model);

    [LibraryImport(Library)]
    internal static partial nint llama_init_from_model(SafeLlamaModelHandle model, LlamaContextParams parameters);

    [LibraryImport(Library)]
    internal static partial void llama_free(nint context);

    [LibraryImport(Library)]
    internal static partial uint llama_n_ctx(SafeLlamaContextHandle context);

    [LibraryImport(Library)]
    internal static partial uint llama_n_batch(SafeLlamaContextHandle context);

    [LibraryImport(Library)]
    internal static partial nint llama_get_memory(SafeLlamaContextHandle context);

    [LibraryImport(Library)]
    internal static partial nint llama_model_get_vocab(SafeLlamaModelHandle model);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int llama_model_meta_val_str(SafeLlamaModelHandle model, string key, byte* buffer, nuint size);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_ctx_train(SafeLlamaModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_embd_out(SafeLlamaModelHandle model);

    [LibraryImport(Library)]
    internal static partial int llama_model_n_swa(SafeLlamaModelHandle model);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_model_has_decoder(SafeLlamaModelHandle model);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_model_is_recurrent(SafeLlamaModelHandle model);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_model_is_hybrid(SafeLlamaModelHandle model);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint llama_model_chat_template(SafeLlamaModelHandle model, string? name);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_type(nint vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_n_tokens(nint vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_bos(nint vocab);

    [LibraryImport(Library)]
    internal static partial int llama_vocab_eos(nint vocab);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_vocab_get_add_bos(nint vocab);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_vocab_is_eog(nint vocab, int token);

    // enum llama_token_attr, a set of bits.
    [LibraryImport(Library)]
    internal static partial int llama_vocab_get_attr(nint vocab, int token);

    [LibraryImport(Library)]
    internal static partial int llama_tokenize(
        nint vocab,
        byte* text,
        int textLength,
        int* tokens,
        int maxTokens,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial,
        [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport(Library)]
    internal static partial int llama_token_to_piece(
        nint vocab,
        int token,
        byte* buffer,
        int length,
        int leftStrip,
        [MarshalAs(UnmanagedType.U1)] bool special);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint llama_adapter_lora_init(SafeLlamaModelHandle model, string path);

    [LibraryImport(Library)]
    internal static partial void llama_adapter_lora_free(nint adapter);

    [LibraryImport(Library)]
    internal static partial int llama_set_adapters_lora(SafeLlamaContextHandle context, nint* adapters, nuint count, float* scales);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_memory_seq_rm(nint memory, int sequence, int from, int to);

    [LibraryImport(Library)]
    internal static partial void llama_memory_seq_cp(nint memory, int source, int destination, int from, int to);

    [LibraryImport(Library)]
    internal static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Library)]
    internal static partial int llama_decode(SafeLlamaContextHandle context, LlamaBatch batch);

    [LibraryImport(Library)]
    internal static partial float* llama_get_logits_ith(SafeLlamaContextHandle context, int index);

    [LibraryImport(Library)]
    internal static partial float* llama_get_embeddings_ith(SafeLlamaContextHandle context, int index);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint llama_model_quantize(string source, string target, in LlamaModelQuantizeParams parameters);

    /// <summary>A metadata value that is no array, as text; null when the file does not have the key.</summary>
    internal static string? ReadMetadata(SafeLlamaModelHandle model, string key)
    {
        var length = llama_model_meta_val_str(model, key, null, 0);
        if (length < 0)
        {
            return null;
        }

        var buffer = new byte[length + 1];
        fixed (byte* pointer = buffer)
        {
            llama_model_meta_val_str(model, key, pointer, (nuint)buffer.Length);
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
