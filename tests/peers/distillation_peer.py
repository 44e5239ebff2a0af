"""The loss of logit distillation and its gradients by PyTorch's own operators and autograd, in double precision.

    python3 distillation_peer.py FOLDER

FOLDER holds job.json: a list of jobs with rows of the student's and the teacher's final states, both heads, targets, temperature, weight,
topK and softcap. Prints one JSON line with, for each, the summed cross-entropy, the summed divergence, the mean combined loss and its gradients.
"""
import json
import os
import sys

import torch
from torch.nn import functional as F

torch.set_num_threads(1)
with open(os.path.join(sys.argv[1], "job.json")) as file:
    jobs = json.load(file)


def run(job):
    student = torch.tensor(job["student"], dtype=torch.float64, requires_grad=True)
    head = torch.tensor(job["head"], dtype=torch.float64, requires_grad=True)
    teacher = torch.tensor(job["teacher"], dtype=torch.float64) @ torch.tensor(job["teacherHead"], dtype=torch.float64).T
    targets = torch.tensor(job["targets"])
    temperature, weight, top_k = job["temperature"], job["weight"], job["topK"]

    logits = student @ head.T
    if job["softcap"]:
        logits, teacher = (job["softcap"] * torch.tanh(x / job["softcap"]) for x in (logits, teacher))
    common = min(logits.shape[1], teacher.shape[1])
    teacher = teacher[:, :common]
    if top_k:
        threshold = teacher.topk(top_k, -1).values[:, -1:]
        teacher = teacher.masked_fill(teacher < threshold, float("-inf"))
    cross_entropy = F.cross_entropy(logits, targets, reduction="sum")
    divergence = F.kl_div(F.log_softmax(logits[:, :common] / temperature, -1), F.softmax(teacher / temperature, -1), reduction="sum")
    loss = ((1 - weight) * cross_entropy + weight * temperature**2 * divergence) / len(targets)
    loss.backward()
    return {
        "crossEntropy": cross_entropy.item(),
        "divergence": divergence.item(),
        "loss": loss.item(),
        "student": student.grad.tolist(),
        "head": head.grad.tolist(),
    }


print(json.dumps([run(job) for job in jobs]))
