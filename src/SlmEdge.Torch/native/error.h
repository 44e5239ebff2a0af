// Turns C++ exceptions into the error of the calling thread.
#pragma once
#include <exception>
#include <memory>
#include <string>

namespace slm {

// An exception that a C# callback ended with. It passes through libtorch's autograd engine as it is and is thrown
// again on the managed side. Copies share one GCHandle.
class ManagedError : public std::exception {
 public:
  explicit ManagedError(void* handle);
  const char* what() const noexcept override { return "an exception in managed code"; }
  void* take() const noexcept;

 private:
  std::shared_ptr<struct ManagedErrorHandle> handle_;
};

// Stores the exception now being handled as this thread's error.
void store_current_exception() noexcept;

template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    store_current_exception();
    return -1;
  }
}

void release_managed_error(void* handle) noexcept;

}  // namespace slm
