// The life of a tensor, what it is made of, and its bytes.
#include <ATen/ATen.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "error.h"
#include "handles.h"

namespace slm {

namespace {
std::atomic<int64_t> live_handles{0};
}

SlmTensor make_handle(at::Tensor tensor) {
  auto* handle = new at::Tensor(std::move(tensor));
  live_handles.fetch_add(1, std::memory_order_relaxed);
  return handle;
}

std::vector<at::Tensor> to_vector(const SlmTensor* tensors, int64_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (int64_t i = 0; i < count; ++i) result.push_back(tensors[i] ? *tensors[i] : at::Tensor());
  return result;
}

SlmTensor* make_handles(const std::vector<at::Tensor>& tensors) {
  auto* array = static_cast<SlmTensor*>(std::malloc(sizeof(SlmTensor) * (tensors.empty() ? 1 : tensors.size())));
  if (!array) throw std::bad_alloc();
  for (size_t i = 0; i < tensors.size(); ++i) array[i] = tensors[i].defined() ? make_handle(tensors[i]) : nullptr;
  return array;
}

static int copy_out(at::IntArrayRef values, int64_t* destination, int64_t capacity, int64_t* count) {
  *count = static_cast<int64_t>(values.size());
  if (capacity >= *count) std::memcpy(destination, values.data(), sizeof(int64_t) * values.size());
  return 0;
}

}  // namespace slm

using namespace slm;

SLM_API void slm_tensor_free(SlmTensor tensor) {
  if (!tensor) return;
  live_handles.fetch_sub(1, std::memory_order_relaxed);
  delete tensor;
}

SLM_API int64_t slm_tensor_live_count() { return live_handles.load(std::memory_order_relaxed); }

SLM_API void slm_array_free(void* array) { std::free(array); }

SLM_API int slm_tensor_alias(SlmTensor tensor, SlmTensor* result) {
  return guarded([&] { *result = make_handle(*tensor); });
}

SLM_API int slm_tensor_sizes(SlmTensor tensor, int64_t* destination, int64_t capacity, int64_t* dimensions) {
  return guarded([&] { copy_out(tensor->sizes(), destination, capacity, dimensions); });
}

SLM_API int slm_tensor_strides(SlmTensor tensor, int64_t* destination, int64_t capacity, int64_t* dimensions) {
  return guarded([&] { copy_out(tensor->strides(), destination, capacity, dimensions); });
}

SLM_API int slm_tensor_size(SlmTensor tensor, int64_t dim, int64_t* result) {
  return guarded([&] { *result = tensor->size(dim); });
}

SLM_API int64_t slm_tensor_dim(SlmTensor tensor) { return tensor->dim(); }
SLM_API int64_t slm_tensor_numel(SlmTensor tensor) { return tensor->numel(); }
SLM_API int32_t slm_tensor_dtype(SlmTensor tensor) { return static_cast<int32_t>(tensor->scalar_type()); }
SLM_API int64_t slm_tensor_element_size(SlmTensor tensor) { return tensor->element_size(); }
SLM_API int64_t slm_tensor_storage_offset(SlmTensor tensor) { return tensor->storage_offset(); }
SLM_API int32_t slm_tensor_is_contiguous(SlmTensor tensor) { return tensor->is_contiguous() ? 1 : 0; }

SLM_API int64_t slm_tensor_device(SlmTensor tensor) {
  const auto device = tensor->device();
  return (static_cast<int64_t>(device.index()) << 32) | static_cast<uint32_t>(device.type());
}

SLM_API int slm_tensor_data(SlmTensor tensor, void** data) {
  return guarded([&] { *data = tensor->data_ptr(); });
}

SLM_API int slm_tensor_item(SlmTensor tensor, SlmValue* result) {
  return guarded([&] {
    const at::Scalar scalar = tensor->item();
    result->length = 0;
    if (scalar.isBoolean()) {
      result->kind = SLM_BOOL;
      result->integer = scalar.toBool() ? 1 : 0;
    } else if (scalar.isIntegral(false)) {
      result->kind = SLM_INT;
      result->integer = scalar.toLong();
    } else {
      result->kind = SLM_DOUBLE;
      result->real = scalar.toDouble();
    }
  });
}

SLM_API int slm_tensor_from_bytes(const void* data, int64_t bytes, const int64_t* sizes, int64_t dimensions,
                                  int32_t dtype, SlmTensor* result) {
  return guarded([&] {
    at::Tensor tensor =
        at::empty(at::IntArrayRef(sizes, dimensions), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    TORCH_CHECK(static_cast<int64_t>(tensor.nbytes()) == bytes, "a tensor of this shape has ", tensor.nbytes(),
                " bytes, but ", bytes, " were given");
    if (bytes > 0) std::memcpy(tensor.data_ptr(), data, bytes);
    *result = make_handle(std::move(tensor));
  });
}
