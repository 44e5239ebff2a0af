/*
 * slmedge.h - decisions of a small language model, from C. Licence: MIT.
 *
 * Texts are UTF-8 with their length in bytes; they need no terminating zero. Memory that is passed in stays the caller's, and is neither
 * kept nor freed. Every function returns SLM_OK or one of the codes below; slm_last_error gives the calling thread's message.
 * Handles are numbers in the shape of pointers: a closed or foreign one is answered with SLM_INVALID_HANDLE.
 * A structure begins with its size, which the caller sets to sizeof: later versions append members and read no further than that.
 */
#ifndef SLMEDGE_H
#define SLMEDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLM_ABI_VERSION 1

typedef struct slm_bundle slm_bundle;
typedef struct slm_cancel slm_cancel;

enum slm_status {
    SLM_OK = 0,
    SLM_INVALID_ARGUMENT = 1, /* null, out of range, or not UTF-8 */
    SLM_INVALID_HANDLE = 2,   /* closed, or never opened */
    SLM_BUFFER_TOO_SMALL = 3, /* *needed says how many bytes or items */
    SLM_INVALID_TEXT = 4,     /* empty, or too long for the context */
    SLM_BUNDLE_ERROR = 5,     /* damaged, incomplete, or of another kind */
    SLM_ENGINE_ERROR = 6,     /* native library missing, or the model does not load or run */
    SLM_BUSY = 7,             /* the queue is full */
    SLM_CANCELLED = 8,
    SLM_INTERNAL_ERROR = 9
};

enum slm_engine { SLM_ENGINE_AUTO = 0, SLM_ENGINE_LLAMA = 1, SLM_ENGINE_ONNX = 2 };

typedef struct slm_options {
    size_t size;
    int32_t engine;         /* enum slm_engine */
    int32_t threads;        /* 0: the engine's choice */
    int32_t context_length; /* tokens; 0: the model's */
    int32_t queue_capacity; /* waiting texts; 0: 1024 */
    const char *cache_directory; /* zero-terminated UTF-8; NULL: the user's cache folder */
} slm_options;

typedef struct slm_decision {
    size_t size;
    double confidence; /* calibrated probability of the best label */
    int32_t label;     /* index in the order of the task; -1: abstention */
    int32_t best;      /* index of the best label, also with an abstention */
    int32_t truncated; /* 1: the end of the text was cut off */
    int32_t reserved;
} slm_decision;

/* Version of this interface that the library implements. Any thread. */
int32_t slm_abi_version(void);

/* Message of the calling thread's last failed call, zero-terminated, cut to capacity; returns the bytes it needs with the zero. Any thread. */
size_t slm_last_error(char *buffer, size_t capacity);

/* Opens, verifies and loads a bundle. options may be NULL. Any thread. */
int32_t slm_open(const char *path, const slm_options *options, slm_bundle **bundle);

/* Closes a bundle; calls that still run on it are answered with SLM_INVALID_HANDLE. Any thread, once. */
int32_t slm_close(slm_bundle *bundle);

/* JSON: name, version, kind, engine, labels. buffer may be NULL to ask for *needed. Any thread. */
int32_t slm_info(slm_bundle *bundle, char *buffer, size_t capacity, size_t *needed);

/* A switch that ends calls it is given to. Create and free once; slm_cancel_now from any thread. */
int32_t slm_cancel_create(slm_cancel **cancel);
int32_t slm_cancel_now(slm_cancel *cancel);
int32_t slm_cancel_free(slm_cancel *cancel);

/* Classifies one text. scores, one per label in the order of the task, may be NULL; cancel too. Any thread, any number at once. */
int32_t slm_classify(slm_bundle *bundle, const char *text, size_t length, slm_cancel *cancel, slm_decision *decision, double *scores,
                     size_t score_count);

/* Bundles, and switches, that are open in this process: for tests that look for leaks. Any thread. */
size_t slm_open_handles(void);

#ifdef __cplusplus
}
#endif
#endif
