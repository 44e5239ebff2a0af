// The C surface of libtorch that SlmEdge.Torch binds.
//
// Every ATen operator is reached through libtorch's dispatcher by its schema name, so that this file and the
// library stay small and work unchanged with every libtorch that has the operator. What is not an operator (the
// life of a tensor, autograd, random numbers, threads) has a function of its own.
//
// Conventions: functions return 0 on success and -1 on failure; slm_last_error then tells why (per thread).
// A tensor handle is a heap-allocated at::Tensor, freed by slm_tensor_free.
#pragma once
#include <stdint.h>

#if defined(_WIN32)
#define SLM_API extern "C" __declspec(dllexport)
#else
#define SLM_API extern "C" __attribute__((visibility("default")))
#endif

namespace at {
class Tensor;
struct Generator;
}

typedef at::Tensor* SlmTensor;

enum SlmKind : int32_t {
  SLM_NONE = 0,
  SLM_TENSOR = 1,
  SLM_INT = 2,
  SLM_DOUBLE = 3,
  SLM_BOOL = 4,
  SLM_INT_LIST = 5,
  SLM_TENSOR_LIST = 6,           // on the way back: an array to be freed by slm_array_free
  SLM_OPTIONAL_TENSOR_LIST = 7,  // null entries are absent
  SLM_STRING = 8,                // UTF-8, length in bytes
  SLM_DEVICE = 9,                // type in the low, index in the high 32 bits
  SLM_DEFAULT = 10,              // the schema's default
  SLM_GENERATOR = 11,
};

// 24 bytes; the C# side has the same layout and checks it in a test.
struct SlmValue {
  int32_t kind;
  int32_t reserved;
  int64_t length;
  union {
    int64_t integer;
    double real;
    void* pointer;
  };
};

// ---- errors (error.cpp)
SLM_API const char* slm_last_error();
// The managed exception that a C# callback ended with, or null. Ownership of the GCHandle passes to the caller.
SLM_API void* slm_take_managed_error();

// ---- tensors (tensor.cpp)
SLM_API void slm_tensor_free(SlmTensor tensor);
SLM_API int64_t slm_tensor_live_count();
SLM_API int slm_tensor_alias(SlmTensor tensor, SlmTensor* result);
SLM_API int slm_tensor_sizes(SlmTensor tensor, int64_t* destination, int64_t capacity, int64_t* dimensions);
SLM_API int slm_tensor_strides(SlmTensor tensor, int64_t* destination, int64_t capacity, int64_t* dimensions);
SLM_API int slm_tensor_size(SlmTensor tensor, int64_t dim, int64_t* result);
SLM_API int64_t slm_tensor_dim(SlmTensor tensor);
SLM_API int64_t slm_tensor_numel(SlmTensor tensor);
SLM_API int32_t slm_tensor_dtype(SlmTensor tensor);
SLM_API int64_t slm_tensor_element_size(SlmTensor tensor);
SLM_API int64_t slm_tensor_storage_offset(SlmTensor tensor);
SLM_API int64_t slm_tensor_device(SlmTensor tensor);
SLM_API int32_t slm_tensor_is_contiguous(SlmTensor tensor);
SLM_API int slm_tensor_data(SlmTensor tensor, void** data);
SLM_API int slm_tensor_item(SlmTensor tensor, SlmValue* result);
// A new CPU tensor of a type and shape that holds a copy of the bytes.
SLM_API int slm_tensor_from_bytes(const void* data, int64_t bytes, const int64_t* sizes, int64_t dimensions,
                                  int32_t dtype, SlmTensor* result);

// ---- operators (dispatch.cpp)
SLM_API int slm_operator_find(const char* name, const char* overload, void** result);
SLM_API int slm_operator_call(void* op, const SlmValue* arguments, int32_t count, SlmValue* results,
                              int32_t capacity, int32_t* result_count);
SLM_API void slm_array_free(void* array);

// ---- autograd (autograd.cpp)
SLM_API int32_t slm_grad_enabled();
SLM_API void slm_set_grad_enabled(int32_t enabled);
SLM_API int slm_inference_mode_enter(int32_t enabled, void** guard);
SLM_API int slm_inference_mode_exit(void* guard);
SLM_API int32_t slm_inference_mode_enabled();
SLM_API int32_t slm_tensor_requires_grad(SlmTensor tensor);
SLM_API int slm_tensor_set_requires_grad(SlmTensor tensor, int32_t value);
SLM_API int32_t slm_tensor_is_leaf(SlmTensor tensor);
SLM_API int slm_tensor_grad(SlmTensor tensor, SlmTensor* result);  // null when there is none
SLM_API int slm_tensor_set_grad(SlmTensor tensor, SlmTensor grad);
SLM_API int slm_tensor_retain_grad(SlmTensor tensor);
SLM_API int slm_backward(const SlmTensor* tensors, int64_t count, const SlmTensor* gradients, int64_t gradient_count,
                         int32_t retain_graph, int32_t create_graph, const SlmTensor* inputs, int64_t input_count);
SLM_API int slm_grad(const SlmTensor* outputs, int64_t count, const SlmTensor* inputs, int64_t input_count,
                     const SlmTensor* gradients, int64_t gradient_count, int32_t retain_graph, int32_t create_graph,
                     int32_t allow_unused, SlmTensor* results /* input_count */);

// Custom functions. A callback writes its tensors with slm_function_emit and returns null, or returns the GCHandle
// of the exception that ended it. `state` is the GCHandle of the managed call; it is released when the graph lets
// go of the node.
typedef void* (*SlmFunctionCallback)(void* state, void* context, const SlmTensor* tensors, int64_t count, void* sink);
typedef void (*SlmReleaseCallback)(void* state);
SLM_API void slm_function_register(SlmFunctionCallback forward, SlmFunctionCallback backward,
                                   SlmReleaseCallback release_state, SlmReleaseCallback release_error);
SLM_API int slm_function_emit(void* sink, SlmTensor tensor);  // null: no tensor at this place
SLM_API int slm_function_apply(void* state, const SlmTensor* inputs, int64_t count, SlmTensor** results,
                               int64_t* result_count);  // results to be freed by slm_array_free
SLM_API int slm_context_save(void* context, const SlmTensor* tensors, int64_t count);
SLM_API int slm_context_saved(void* context, SlmTensor** results, int64_t* result_count);
SLM_API int slm_context_mark_dirty(void* context, const SlmTensor* tensors, int64_t count);
SLM_API int slm_context_mark_non_differentiable(void* context, const SlmTensor* tensors, int64_t count);
SLM_API int slm_context_set_materialize_grads(void* context, int32_t value);

// ---- runtime (runtime.cpp)
SLM_API int32_t slm_get_num_threads();
SLM_API int slm_set_num_threads(int32_t threads);
SLM_API int32_t slm_cuda_is_available();
SLM_API int32_t slm_cuda_device_count();
SLM_API const char* slm_libtorch_version();
SLM_API int slm_manual_seed(uint64_t seed);
SLM_API int slm_generator_default(int64_t device, void** result);
SLM_API int slm_generator_new(uint64_t seed, void** result);
SLM_API void slm_generator_free(void* generator);
SLM_API int slm_generator_seed(void* generator, uint64_t* result);
SLM_API int slm_generator_set_seed(void* generator, uint64_t seed);
SLM_API int slm_generator_get_state(void* generator, SlmTensor* result);
SLM_API int slm_generator_set_state(void* generator, SlmTensor state);
