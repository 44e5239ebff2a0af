using System.Runtime.InteropServices;

namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>
/// ONNX Runtime 1.30 makes a device id and a database under <c>~/.cache/Microsoft/DeveloperTools</c> when its environment is created, before it can be told to
/// collect nothing; only a variable of the environment keeps it from that.
/// </summary>
internal static partial class OrtTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Has to run before the library is loaded. What the user has set stays.</summary>
    internal static void SwitchOff()
    {
        if (OperatingSystem.IsWindows())
        {
            if (Environment.GetEnvironmentVariable(Variable) is null)
            {
                Environment.SetEnvironmentVariable(Variable, "1");
            }

            return;
        }

        // .NET keeps a copy of the environment, so that native code does not see what is set there. A failure leaves a few files behind, and nothing else.
        _ = SetEnvironmentVariable(Variable, "1", overwrite: 0);
    }

    /// <summary>POSIX: changes the environment that native code reads.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
