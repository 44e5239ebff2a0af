using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SlmEdge.Interop.Tests;

/// <summary>Takes the pieces of an answer through a C function pointer, and lets a test act at each.</summary>
internal sealed unsafe class AnswerCollector(Func<int, bool>? continues = null)
{
    private readonly Func<int, bool>? continues = continues;
    private readonly List<byte> text = [];

    public string Text => Encoding.UTF8.GetString([.. text]);

    public int Pieces { get; private set; }

    public int Thread { get; private set; }

    /// <summary>What <c>continues</c> threw: nothing may pass through the library.</summary>
    public Exception? Failure { get; private set; }

    public SlmStatus Generate(nint bundle, string input, SlmWriteOptions options, out SlmAnswer answer, nint cancel = 0)
    {
        options.Size = (nuint)sizeof(SlmWriteOptions);
        answer = new SlmAnswer { Size = (nuint)sizeof(SlmAnswer) };
        var own = GCHandle.Alloc(this);
        try
        {
            fixed (byte* bytes = Encoding.UTF8.GetBytes(input))
            fixed (SlmAnswer* result = &answer)
            {
                return Abi.Generate(bundle, bytes, (nuint)Encoding.UTF8.GetByteCount(input), &options, cancel, &Take, (void*)GCHandle.ToIntPtr(own), result);
            }
        }
        finally
        {
            own.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Take(byte* piece, nuint length, void* context)
    {
        var own = (AnswerCollector)GCHandle.FromIntPtr((nint)context).Target!;
        try
        {
            piece[length].ShouldBe((byte)0);
            own.text.AddRange(new ReadOnlySpan<byte>(piece, (int)length));
            own.Thread = Environment.CurrentManagedThreadId;
            return own.continues?.Invoke(++own.Pieces) ?? true ? 0 : 1;
        }
        catch (Exception error)
        {
            own.Failure = error;
            return 1;
        }
    }
}
