using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Native;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class RuntimeTests
{
    [Fact]
    public void The_number_of_threads_is_the_one_that_was_set()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            get_num_threads().ShouldBe(1);
            set_num_threads(2);
            get_num_threads().ShouldBe(2);
            Should.Throw<ExternalException>(() => set_num_threads(0)).Message.ShouldContain("must be positive");
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [SkippableFact]
    public unsafe void The_blas_library_uses_as_many_threads_as_libtorch()
    {
        var before = get_num_threads();
        Skip.IfNot(
            NativeLibrary.TryLoad("libblas.so.3", out var blas) && NativeLibrary.TryGetExport(blas, "openblas_get_num_threads", out _),
            "this libtorch does not work over OpenBLAS");
        var count = (delegate* unmanaged<int>)NativeLibrary.GetExport(blas, "openblas_get_num_threads");
        try
        {
            set_num_threads(1);
            count().ShouldBe(1);
            set_num_threads(2);
            count().ShouldBe(2);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void The_same_product_comes_out_bit_for_bit_with_the_same_threads()
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        var (a, b) = (randn(200, 300), randn(300, 100));
        a.mm(b).Equals(a.mm(b)).ShouldBeTrue();
    }

    [Fact]
    public void Devices_are_read_and_written_as_text()
    {
        device("cuda:1").type.ShouldBe(DeviceType.CUDA);
        device("cuda:1").index.ShouldBe(1);
        device("cuda:1").ToString().ShouldBe("cuda:1");
        device("cpu").ToString().ShouldBe("cpu");
        CUDA.ToString().ShouldBe("cuda");
        Should.Throw<ArgumentException>(() => device("warp")).Message.ShouldContain("'warp' is not a kind of device");
    }

    [SkippableFact]
    public void Without_a_gpu_a_tensor_on_one_is_a_clear_error()
    {
        Skip.If(cuda.is_available(), "this machine has a GPU");
        cuda.device_count().ShouldBe(0);
        Should.Throw<Exception>(() => ones(1, device: CUDA)).Message.ShouldContain("CUDA");
    }

    [SkippableFact]
    public void On_a_gpu_the_same_numbers_come_out()
    {
        Skip.IfNot(cuda.is_available(), "this machine has no GPU or this libtorch no CUDA");
        using var scope = NewDisposeScope();
        var x = randn(64, 64, requires_grad: true);
        var there = x.detach().cuda().requires_grad_();
        x.mm(x).tanh().sum().backward();
        there.mm(there).tanh().sum().backward();
        there.device_type.ShouldBe(DeviceType.CUDA);
        there.grad!.cpu().allclose(x.grad!, rtol: 1e-3, atol: 1e-4).ShouldBeTrue();
    }

    [Fact]
    public void The_value_that_crosses_the_border_has_the_layout_of_the_header()
    {
        Unsafe.SizeOf<NativeValue>().ShouldBe(24);
        Marshal.OffsetOf<NativeValue>(nameof(NativeValue.Kind)).ShouldBe(0);
        Marshal.OffsetOf<NativeValue>(nameof(NativeValue.Length)).ShouldBe(8);
        Marshal.OffsetOf<NativeValue>(nameof(NativeValue.Integer)).ShouldBe(16);
        Marshal.OffsetOf<NativeValue>(nameof(NativeValue.Real)).ShouldBe(16);
        Marshal.OffsetOf<NativeValue>(nameof(NativeValue.Pointer)).ShouldBe(16);
    }

    [Fact]
    public void Every_operator_of_the_binding_is_in_this_libtorch()
    {
        var missing = typeof(Aten).GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)
            .Where(field => !((Operator)field.GetValue(null)!).Exists)
            .Select(field => field.Name)
            .ToArray();

        // Came with libtorch 2.0; the binding composes it where it is missing.
        missing.Except(["ScaledDotProductAttention"]).ShouldBeEmpty();
    }

    [Fact]
    public void A_missing_library_is_an_error_that_names_the_file_the_places_and_the_command()
    {
        using var folder = new TemporaryFolder();
        var candidates = SlmTorchLibrary.Candidates(folder.Path, folder.Path, configured: null).ToArray();
        var exception = Should.Throw<DllNotFoundException>(() => SlmTorchLibrary.Load(candidates));
        exception.Message.ShouldContain(SlmTorchLibrary.FileName);
        exception.Message.ShouldContain(folder.Path);
        exception.Message.ShouldContain("./build.sh --target Engines");
    }

    [Fact]
    public void A_library_that_cannot_be_loaded_is_an_error_that_says_so()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, SlmTorchLibrary.FileName);
        File.WriteAllText(file, "not a library");
        var candidates = SlmTorchLibrary.Candidates("/", "/", configured: folder.Path);
        Should.Throw<DllNotFoundException>(() => SlmTorchLibrary.Load(candidates)).Message.ShouldStartWith($"{file} is there but cannot be loaded");
    }

    [Fact]
    public void The_nearest_artifacts_folder_above_the_program_comes_before_the_one_above_the_current_directory()
    {
        using var folder = new TemporaryFolder();
        var rid = SlmTorchLibrary.Candidates(folder.Path, folder.Path, null).First().Split(Path.DirectorySeparatorChar)[^3];
        var near = Directory.CreateDirectory(Path.Combine(folder.Path, "a", "artifacts", "native", rid, "torch"));
        var far = Directory.CreateDirectory(Path.Combine(folder.Path, "artifacts", "native", rid, "torch"));
        var program = Directory.CreateDirectory(Path.Combine(folder.Path, "a", "bin", "Debug"));
        SlmTorchLibrary.Candidates(program.FullName, folder.Path, "/configured").ShouldBe(
        [
            Path.Combine("/configured", SlmTorchLibrary.FileName),
            Path.Combine("/configured", "torch", SlmTorchLibrary.FileName),
            Path.Combine("/configured", rid, "torch", SlmTorchLibrary.FileName),
            Path.Combine(program.FullName, "native", rid, "torch", SlmTorchLibrary.FileName),
            Path.Combine(near.FullName, SlmTorchLibrary.FileName),
            Path.Combine(far.FullName, SlmTorchLibrary.FileName),
        ]);
    }

    [Fact]
    public void The_finalizer_frees_what_nobody_disposed_of()
    {
        var before = SlmTorch.TensorLiveCount();
        Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        SlmTorch.TensorLiveCount().ShouldBeLessThanOrEqualTo(before);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        for (var i = 0; i < 10; i++)
        {
            _ = ones(10);
        }
    }

    private sealed class TemporaryFolder : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("slmedge-torch-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
