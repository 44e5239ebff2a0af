using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SlmEdge.Interop;

/// <summary>Switches that end calls. <c>slmedge.h</c> says what each function does and which threads may call it.</summary>
internal static unsafe class CancelExports
{
    [UnmanagedCallersOnly(EntryPoint = "slm_cancel_create", CallConvs = [typeof(CallConvCdecl)])]
    public static int Create(nint* cancel)
    {
        try
        {
            if (cancel is null)
            {
                throw Border.Null("cancel");
            }

            *cancel = HandleTable.Add(new CancelSwitch());
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_cancel_now", CallConvs = [typeof(CallConvCdecl)])]
    public static int Now(nint cancel)
    {
        try
        {
            if (cancel == 0)
            {
                throw Border.Null("cancel");
            }

            using var hold = CancelSwitch.HoldOf(cancel);
            hold.Cancel();
            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "slm_cancel_free", CallConvs = [typeof(CallConvCdecl)])]
    public static int Free(nint cancel)
    {
        try
        {
            if (cancel != 0)
            {
                HandleTable.Remove<CancelSwitch>(cancel, "cancel").Release();
            }

            return (int)SlmStatus.Ok;
        }
        catch (Exception error)
        {
            return Border.Fail(error);
        }
    }
}
