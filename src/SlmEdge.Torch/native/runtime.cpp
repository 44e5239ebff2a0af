// Threads, devices and random numbers.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Generator.h>
#include <torch/csrc/api/include/torch/version.h>

#include <mutex>

#if !defined(_WIN32)
#include <dlfcn.h>
#endif

#include "error.h"
#include "handles.h"

using namespace slm;

namespace {

// Newer libtorch calls it deviceCount, older getNumGPUs.
template <typename Hooks>
auto count_devices(const Hooks& hooks, int) -> decltype(static_cast<int32_t>(hooks.deviceCount())) {
  return static_cast<int32_t>(hooks.deviceCount());
}

template <typename Hooks>
auto count_devices(const Hooks& hooks, long) -> decltype(static_cast<int32_t>(hooks.getNumGPUs())) {
  return static_cast<int32_t>(hooks.getNumGPUs());
}

}  // namespace

SLM_API int32_t slm_get_num_threads() { return at::get_num_threads(); }

SLM_API int slm_set_num_threads(int32_t threads) {
  return guarded([&] {
    TORCH_CHECK(threads > 0, "the number of threads must be positive, but is ", threads);
    at::set_num_threads(threads);
#if !defined(_WIN32)
    // libtorch tells OpenMP and MKL; a libtorch over OpenBLAS (Debian's) needs this besides.
    using SetThreads = void (*)(int);
    if (auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
#endif
  });
}

SLM_API int32_t slm_cuda_is_available() { return slm_cuda_device_count() > 0 ? 1 : 0; }

SLM_API int32_t slm_cuda_device_count() {
  try {
    if (!at::globalContext().hasCUDA()) return 0;
    return count_devices(at::detail::getCUDAHooks(), 0);
  } catch (...) {
    return 0;
  }
}

SLM_API const char* slm_libtorch_version() { return TORCH_VERSION; }

SLM_API int slm_manual_seed(uint64_t seed) {
  return guarded([&] { at::manual_seed(seed); });
}

SLM_API int slm_generator_default(int64_t device, void** result) {
  return guarded([&] {
    const c10::Device where(static_cast<c10::DeviceType>(device & 0xffffffff),
                            static_cast<c10::DeviceIndex>(device >> 32));
    *result = new at::Generator(at::globalContext().defaultGenerator(where));
  });
}

SLM_API int slm_generator_new(uint64_t seed, void** result) {
  return guarded([&] { *result = new at::Generator(at::detail::createCPUGenerator(seed)); });
}

SLM_API void slm_generator_free(void* generator) { delete static_cast<at::Generator*>(generator); }

SLM_API int slm_generator_seed(void* generator, uint64_t* result) {
  return guarded([&] { *result = static_cast<at::Generator*>(generator)->current_seed(); });
}

SLM_API int slm_generator_set_seed(void* generator, uint64_t seed) {
  return guarded([&] {
    auto& target = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_current_seed(seed);
  });
}

SLM_API int slm_generator_get_state(void* generator, SlmTensor* result) {
  return guarded([&] {
    auto& source = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(source.mutex());
    *result = make_handle(source.get_state());
  });
}

SLM_API int slm_generator_set_state(void* generator, SlmTensor state) {
  return guarded([&] {
    auto& target = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_state(*state);
  });
}
