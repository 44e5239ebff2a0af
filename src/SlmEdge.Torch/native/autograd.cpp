// Gradients: modes, leaves, backward, and functions whose forward and backward are written in C#.
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/variable.h>

#include "error.h"
#include "handles.h"

using namespace slm;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

SlmFunctionCallback forward_callback = nullptr;
SlmFunctionCallback backward_callback = nullptr;
SlmReleaseCallback release_state_callback = nullptr;
SlmReleaseCallback release_error_callback = nullptr;

constexpr const char* state_key = "slm.state";

// Owns the GCHandle of a managed call. It lives in the context that the graph's node owns, so it goes when the
// node goes, and with it everything that the managed context holds.
struct ManagedState : torch::CustomClassHolder {
  void* handle;
  explicit ManagedState(void* handle) : handle(handle) {}
  ~ManagedState() override {
    if (handle) release_state_callback(handle);
  }
};

variable_list call_managed(SlmFunctionCallback callback, void* state, AutogradContext* context,
                           const variable_list& inputs) {
  std::vector<SlmTensor> handles;
  handles.reserve(inputs.size());
  // The managed side takes ownership of these.
  for (const auto& input : inputs) handles.push_back(input.defined() ? make_handle(input) : nullptr);
  variable_list sink;
  if (void* error = callback(state, context, handles.data(), static_cast<int64_t>(handles.size()), &sink))
    throw ManagedError(error);
  return sink;
}

struct ManagedFunction : torch::autograd::Function<ManagedFunction> {
  static variable_list forward(AutogradContext* context, c10::intrusive_ptr<ManagedState> state, at::TensorList) {
    void* handle = state->handle;
    context->saved_data[state_key] = c10::IValue::make_capsule(std::move(state));
    // The managed side has the inputs already, with the rest of its arguments.
    return call_managed(forward_callback, handle, context, {});
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto holder = context->saved_data[state_key].toCapsule();
    auto* state = static_cast<ManagedState*>(holder.get());
    variable_list result = call_managed(backward_callback, state->handle, context, gradients);
    // The first argument of forward is the state, which has no gradient.
    result.insert(result.begin(), at::Tensor());
    return result;
  }
};

}  // namespace

void slm::release_managed_error(void* handle) noexcept {
  if (release_error_callback) release_error_callback(handle);
}

SLM_API int32_t slm_grad_enabled() { return c10::GradMode::is_enabled() ? 1 : 0; }
SLM_API void slm_set_grad_enabled(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }

SLM_API int slm_inference_mode_enter(int32_t enabled, void** guard) {
  return guarded([&] { *guard = new c10::InferenceMode(enabled != 0); });
}

SLM_API int slm_inference_mode_exit(void* guard) {
  return guarded([&] { delete static_cast<c10::InferenceMode*>(guard); });
}

SLM_API int32_t slm_inference_mode_enabled() { return c10::InferenceMode::is_enabled() ? 1 : 0; }

SLM_API int32_t slm_tensor_requires_grad(SlmTensor tensor) { return tensor->requires_grad() ? 1 : 0; }

SLM_API int slm_tensor_set_requires_grad(SlmTensor tensor, int32_t value) {
  return guarded([&] {
    TORCH_CHECK(value || tensor->is_leaf(),
                "you can only change requires_grad flags of leaf variables; detach the tensor first");
    tensor->set_requires_grad(value != 0);
  });
}

SLM_API int32_t slm_tensor_is_leaf(SlmTensor tensor) { return tensor->is_leaf() ? 1 : 0; }

SLM_API int slm_tensor_grad(SlmTensor tensor, SlmTensor* result) {
  return guarded([&] {
    const at::Tensor& gradient = tensor->grad();
    *result = gradient.defined() ? make_handle(gradient) : nullptr;
  });
}

SLM_API int slm_tensor_set_grad(SlmTensor tensor, SlmTensor grad) {
  return guarded([&] {
    if (grad) {
      TORCH_CHECK(grad->sizes() == tensor->sizes(), "a gradient of shape ", grad->sizes(),
                  " does not fit a tensor of shape ", tensor->sizes());
      tensor->mutable_grad() = *grad;
    } else {
      tensor->mutable_grad() = at::Tensor();
    }
  });
}

SLM_API int slm_tensor_retain_grad(SlmTensor tensor) {
  return guarded([&] { tensor->retain_grad(); });
}

SLM_API int slm_backward(const SlmTensor* tensors, int64_t count, const SlmTensor* gradients, int64_t gradient_count,
                         int32_t retain_graph, int32_t create_graph, const SlmTensor* inputs, int64_t input_count) {
  return guarded([&] {
    torch::autograd::backward(to_vector(tensors, count), to_vector(gradients, gradient_count), retain_graph != 0,
                              create_graph != 0, to_vector(inputs, input_count));
  });
}

SLM_API int slm_grad(const SlmTensor* outputs, int64_t count, const SlmTensor* inputs, int64_t input_count,
                     const SlmTensor* gradients, int64_t gradient_count, int32_t retain_graph, int32_t create_graph,
                     int32_t allow_unused, SlmTensor* results) {
  return guarded([&] {
    const auto found = torch::autograd::grad(to_vector(outputs, count), to_vector(inputs, input_count),
                                             to_vector(gradients, gradient_count), retain_graph != 0,
                                             create_graph != 0, allow_unused != 0);
    for (size_t i = 0; i < found.size(); ++i) results[i] = found[i].defined() ? make_handle(found[i]) : nullptr;
  });
}

SLM_API void slm_function_register(SlmFunctionCallback forward, SlmFunctionCallback backward,
                                   SlmReleaseCallback release_state, SlmReleaseCallback release_error) {
  forward_callback = forward;
  backward_callback = backward;
  release_state_callback = release_state;
  release_error_callback = release_error;
}

SLM_API int slm_function_emit(void* sink, SlmTensor tensor) {
  return guarded([&] { static_cast<variable_list*>(sink)->push_back(tensor ? *tensor : at::Tensor()); });
}

SLM_API int slm_function_apply(void* state, const SlmTensor* inputs, int64_t count, SlmTensor** results,
                               int64_t* result_count) {
  return guarded([&] {
    auto owner = c10::make_intrusive<ManagedState>(state);
    const variable_list tensors = to_vector(inputs, count);
    const variable_list outputs = ManagedFunction::apply(owner, at::TensorList(tensors));
    *results = make_handles(outputs);
    *result_count = static_cast<int64_t>(outputs.size());
  });
}

SLM_API int slm_context_save(void* context, const SlmTensor* tensors, int64_t count) {
  return guarded([&] { static_cast<AutogradContext*>(context)->save_for_backward(to_vector(tensors, count)); });
}

SLM_API int slm_context_saved(void* context, SlmTensor** results, int64_t* result_count) {
  return guarded([&] {
    const auto saved = static_cast<AutogradContext*>(context)->get_saved_variables();
    *results = make_handles(saved);
    *result_count = static_cast<int64_t>(saved.size());
  });
}

SLM_API int slm_context_mark_dirty(void* context, const SlmTensor* tensors, int64_t count) {
  return guarded([&] { static_cast<AutogradContext*>(context)->mark_dirty(to_vector(tensors, count)); });
}

SLM_API int slm_context_mark_non_differentiable(void* context, const SlmTensor* tensors, int64_t count) {
  return guarded([&] { static_cast<AutogradContext*>(context)->mark_non_differentiable(to_vector(tensors, count)); });
}

SLM_API int slm_context_set_materialize_grads(void* context, int32_t value) {
  return guarded([&] { static_cast<AutogradContext*>(context)->set_materialize_grads(value != 0); });
}
