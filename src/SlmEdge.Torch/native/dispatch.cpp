// Calls ATen operators by schema name through the dispatcher, with boxed arguments.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/Generator.h>

#include "error.h"
#include "handles.h"

using namespace slm;

namespace {

struct Operator {
  c10::OperatorHandle handle;
  size_t arguments;
  size_t returns;
};

// The type of an argument without Optional around it.
c10::TypeKind kind_of(const c10::TypePtr& type) {
  if (type->kind() == c10::TypeKind::OptionalType) return type->containedType(0)->kind();
  return type->kind();
}

c10::IValue to_ivalue(const SlmValue& value, const c10::Argument& argument) {
  switch (value.kind) {
    case SLM_NONE:
      return c10::IValue();
    case SLM_TENSOR:
      return value.pointer ? c10::IValue(*static_cast<SlmTensor>(value.pointer)) : c10::IValue();
    case SLM_INT:
      // A whole number is a valid float in C#; a boxed kernel wants the exact type.
      if (kind_of(argument.type()) == c10::TypeKind::FloatType) return c10::IValue(static_cast<double>(value.integer));
      return c10::IValue(value.integer);
    case SLM_DOUBLE:
      return c10::IValue(value.real);
    case SLM_BOOL:
      return c10::IValue(value.integer != 0);
    case SLM_INT_LIST:
      return c10::IValue(at::IntArrayRef(static_cast<const int64_t*>(value.pointer), value.length));
    case SLM_TENSOR_LIST: {
      auto* items = static_cast<const SlmTensor*>(value.pointer);
      c10::List<at::Tensor> list;
      list.reserve(value.length);
      for (int64_t i = 0; i < value.length; ++i) list.push_back(items[i] ? *items[i] : at::Tensor());
      return c10::IValue(std::move(list));
    }
    case SLM_OPTIONAL_TENSOR_LIST: {
      auto* items = static_cast<const SlmTensor*>(value.pointer);
      // By its type: the C++ name of "optional" differs between versions of libtorch.
      c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
      list.reserve(value.length);
      for (int64_t i = 0; i < value.length; ++i) list.push_back(items[i] ? c10::IValue(*items[i]) : c10::IValue());
      return c10::IValue(std::move(list));
    }
    case SLM_STRING:
      return c10::IValue(std::string(static_cast<const char*>(value.pointer), value.length));
    case SLM_DEVICE:
      return c10::IValue(c10::Device(static_cast<c10::DeviceType>(value.integer & 0xffffffff),
                                     static_cast<c10::DeviceIndex>(value.integer >> 32)));
    case SLM_GENERATOR:
      return c10::IValue(*static_cast<at::Generator*>(value.pointer));
    case SLM_DEFAULT:
      TORCH_CHECK(argument.default_value().has_value(), "argument '", argument.name(), "' has no default");
      return *argument.default_value();
    default:
      TORCH_CHECK(false, "unknown kind of argument ", value.kind);
  }
}

void from_ivalue(const c10::IValue& value, SlmValue& result) {
  result = SlmValue{};
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    result.kind = SLM_TENSOR;
    result.pointer = tensor.defined() ? make_handle(tensor) : nullptr;
  } else if (value.isTensorList()) {
    const auto tensors = value.toTensorVector();
    result.kind = SLM_TENSOR_LIST;
    result.length = static_cast<int64_t>(tensors.size());
    result.pointer = make_handles(tensors);
  } else if (value.isBool()) {
    result.kind = SLM_BOOL;
    result.integer = value.toBool() ? 1 : 0;
  } else if (value.isInt()) {
    result.kind = SLM_INT;
    result.integer = value.toInt();
  } else if (value.isDouble()) {
    result.kind = SLM_DOUBLE;
    result.real = value.toDouble();
  } else if (!value.isNone()) {
    TORCH_CHECK(false, "a result of type ", value.tagKind(), " has no place in the binding");
  }
}

}  // namespace

SLM_API int slm_operator_find(const char* name, const char* overload, void** result) {
  return guarded([&] {
    const auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
    const auto& schema = handle.schema();
    // Operators are found once and live as long as the process.
    *result = new Operator{handle, schema.arguments().size(), schema.returns().size()};
  });
}

SLM_API int slm_operator_call(void* op, const SlmValue* arguments, int32_t count, SlmValue* results, int32_t capacity,
                              int32_t* result_count) {
  return guarded([&] {
    const auto& target = *static_cast<const Operator*>(op);
    const auto& schema = target.handle.schema();
    const auto& parameters = schema.arguments();
    TORCH_CHECK(static_cast<size_t>(count) <= target.arguments, schema.name(), " takes ", target.arguments,
                " arguments, but ", count, " were given");
    TORCH_CHECK(target.returns <= static_cast<size_t>(capacity), schema.name(), " returns ", target.returns, " values");
    torch::jit::Stack stack;
    stack.reserve(target.arguments);
    for (int32_t i = 0; i < count; ++i) stack.push_back(to_ivalue(arguments[i], parameters[i]));
    for (size_t i = count; i < target.arguments; ++i) {
      TORCH_CHECK(parameters[i].default_value().has_value(), schema.name(), " needs the argument '",
                  parameters[i].name(), "'");
      stack.push_back(*parameters[i].default_value());
    }
    target.handle.callBoxed(stack);
    *result_count = static_cast<int32_t>(stack.size());
    for (size_t i = 0; i < stack.size(); ++i) from_ivalue(stack[i], results[i]);
  });
}
