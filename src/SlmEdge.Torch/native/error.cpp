#include "error.h"

#include <c10/util/Exception.h>

#include <atomic>

#include "slmtorch.h"

namespace slm {

struct ManagedErrorHandle {
  std::atomic<void*> value;
  explicit ManagedErrorHandle(void* handle) : value(handle) {}
  ~ManagedErrorHandle() {
    if (void* left = value.exchange(nullptr)) release_managed_error(left);
  }
};

namespace {
thread_local std::string last_message;
thread_local void* last_managed = nullptr;
}  // namespace

ManagedError::ManagedError(void* handle) : handle_(std::make_shared<ManagedErrorHandle>(handle)) {}

void* ManagedError::take() const noexcept { return handle_->value.exchange(nullptr); }

void store_current_exception() noexcept {
  if (last_managed) {
    release_managed_error(last_managed);
    last_managed = nullptr;
  }
  try {
    throw;
  } catch (const ManagedError& error) {
    last_message = error.what();
    last_managed = error.take();
  } catch (const c10::Error& error) {
    // Without the C++ stack trace: the message is for people who write C#.
    last_message = error.what_without_backtrace();
  } catch (const std::exception& error) {
    last_message = error.what();
  } catch (...) {
    last_message = "an unknown C++ exception in libtorch";
  }
}

}  // namespace slm

SLM_API const char* slm_last_error() { return slm::last_message.c_str(); }

SLM_API void* slm_take_managed_error() {
  void* handle = slm::last_managed;
  slm::last_managed = nullptr;
  return handle;
}
