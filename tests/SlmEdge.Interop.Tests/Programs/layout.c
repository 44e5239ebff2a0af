/* Prints what the compiler makes of slmedge.h: a line for the size of each structure, the place and size of each member, each constant. */
#include <slmedge.h>
#include <stdio.h>

#define SIZE(type) printf(#type " %zu\n", sizeof(type))
#define MEMBER(type, member) printf(#type "." #member " %zu %zu\n", offsetof(type, member), sizeof(((type *)0)->member))
#define CONSTANT(name) printf(#name " %d\n", (int)name)

int main(void)
{
    SIZE(slm_options);
    MEMBER(slm_options, size);
    MEMBER(slm_options, engine);
    MEMBER(slm_options, threads);
    MEMBER(slm_options, context_length);
    MEMBER(slm_options, queue_capacity);
    MEMBER(slm_options, cache_directory);
    MEMBER(slm_options, model_file);
    MEMBER(slm_options, memory_limit_bytes);
    MEMBER(slm_options, long_texts);
    MEMBER(slm_options, batch_texts);
    SIZE(slm_decision);
    MEMBER(slm_decision, size);
    MEMBER(slm_decision, confidence);
    MEMBER(slm_decision, label);
    MEMBER(slm_decision, best);
    MEMBER(slm_decision, truncated);
    MEMBER(slm_decision, reserved);
    MEMBER(slm_decision, queued_ms);
    MEMBER(slm_decision, evaluated_ms);
    MEMBER(slm_decision, batch_texts);
    MEMBER(slm_decision, text_tokens);
    SIZE(slm_write_options);
    MEMBER(slm_write_options, size);
    MEMBER(slm_write_options, max_tokens);
    MEMBER(slm_write_options, seed);
    MEMBER(slm_write_options, temperature);
    MEMBER(slm_write_options, top_k);
    MEMBER(slm_write_options, top_p);
    MEMBER(slm_write_options, min_p);
    MEMBER(slm_write_options, repetition_penalty);
    MEMBER(slm_write_options, deadline_ms);
    MEMBER(slm_write_options, stop);
    MEMBER(slm_write_options, stop_count);
    SIZE(slm_answer);
    MEMBER(slm_answer, size);
    MEMBER(slm_answer, finish);
    MEMBER(slm_answer, truncated);
    MEMBER(slm_answer, prompt_tokens);
    MEMBER(slm_answer, cached_tokens);
    MEMBER(slm_answer, answer_tokens);
    MEMBER(slm_answer, reserved);
    MEMBER(slm_answer, first_token_ms);
    MEMBER(slm_answer, evaluated_ms);
    CONSTANT(SLM_OK);
    CONSTANT(SLM_INVALID_ARGUMENT);
    CONSTANT(SLM_INVALID_HANDLE);
    CONSTANT(SLM_BUFFER_TOO_SMALL);
    CONSTANT(SLM_INVALID_TEXT);
    CONSTANT(SLM_BUNDLE_ERROR);
    CONSTANT(SLM_ENGINE_ERROR);
    CONSTANT(SLM_BUSY);
    CONSTANT(SLM_CANCELLED);
    CONSTANT(SLM_INTERNAL_ERROR);
    CONSTANT(SLM_ENGINE_AUTO);
    CONSTANT(SLM_ENGINE_LLAMA);
    CONSTANT(SLM_ENGINE_ONNX);
    CONSTANT(SLM_LONG_TEXTS_REFUSE);
    CONSTANT(SLM_LONG_TEXTS_CUT);
    CONSTANT(SLM_FINISH_STOP);
    CONSTANT(SLM_FINISH_STOP_STRING);
    CONSTANT(SLM_FINISH_LENGTH);
    CONSTANT(SLM_ABI_VERSION);
    return 0;
}
