// Tensor handles: every at::Tensor that C# holds is made and freed through these, so that they can be counted.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "slmtorch.h"

namespace slm {

SlmTensor make_handle(at::Tensor tensor);
std::vector<at::Tensor> to_vector(const SlmTensor* tensors, int64_t count);
// A malloc'ed array of handles; undefined tensors become null.
SlmTensor* make_handles(const std::vector<at::Tensor>& tensors);

}  // namespace slm
