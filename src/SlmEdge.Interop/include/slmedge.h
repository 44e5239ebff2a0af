/*
 * slmedge.h - decisions of a small language model, from C. Licence: MIT.
 *
 * Texts are UTF-8 with their length in bytes; they need no terminating zero. Memory that is passed in stays the caller's, and is neither
 * kept nor freed. Every function returns SLM_OK or one of the codes below; slm_last_error gives the calling thread's message.
 * Handles are numbers in the shape of pointers: a closed or foreign one is answered with SLM_INVALID_HANDLE.
 *
 * A structure begins with its size, which the caller sets to sizeof. Later versions append members: of a program that was compiled with an
 * older header the library reads and writes no more than that size, and what is not there counts as zero. Of a newer one it fills the members
 * that it knows, and refuses options that it does not know unless they are zero.
 *
 * Threads: what is said at each function. "Any thread" is any number of threads at once, also on the same handle. The library keeps threads of
 * its own from the first slm_open on; after fork() only the parent may call it. Once loaded it stays in the process, dlclose unloads nothing.
 */
#ifndef SLMEDGE_H
#define SLMEDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLM_ABI_VERSION 2

typedef struct slm_bundle slm_bundle;
typedef struct slm_cancel slm_cancel;

enum slm_status {
    SLM_OK = 0,
    SLM_INVALID_ARGUMENT = 1, /* null, out of range, or not UTF-8 */
    SLM_INVALID_HANDLE = 2,   /* closed, or never opened */
    SLM_BUFFER_TOO_SMALL = 3, /* *needed says how many bytes; of scores, slm_label_count */
    SLM_INVALID_TEXT = 4,     /* empty, or too long for the context */
    SLM_BUNDLE_ERROR = 5,     /* missing, damaged or incomplete */
    SLM_ENGINE_ERROR = 6,     /* the bundle is of another kind, a native library is missing, or the model does not load or run */
    SLM_BUSY = 7,             /* the queue is full, or the deadline was missed */
    SLM_CANCELLED = 8,        /* by slm_cancel_now, or by the callback */
    SLM_INTERNAL_ERROR = 9
};

enum slm_engine { SLM_ENGINE_AUTO = 0, SLM_ENGINE_LLAMA = 1, SLM_ENGINE_ONNX = 2 };

enum slm_long_texts { SLM_LONG_TEXTS_REFUSE = 0, SLM_LONG_TEXTS_CUT = 1 };

enum slm_finish {
    SLM_FINISH_STOP = 0,        /* the model ended its answer */
    SLM_FINISH_STOP_STRING = 1, /* a stop string was written; it is no part of the answer */
    SLM_FINISH_LENGTH = 2       /* max_tokens, or the context is full */
};

typedef struct slm_options {
    size_t size;
    int32_t engine;              /* enum slm_engine */
    int32_t threads;             /* 0: the engine's choice */
    int32_t context_length;      /* tokens; 0: the model's */
    int32_t queue_capacity;      /* waiting texts; 0: 1024 */
    const char *cache_directory; /* zero-terminated UTF-8; NULL: the user's cache folder */
    /* since version 2 */
    const char *model_file;      /* path in the bundle, zero-terminated UTF-8; NULL: the recommended one */
    uint64_t memory_limit_bytes; /* what the model may take; 0: what is free */
    int32_t long_texts;          /* enum slm_long_texts */
    int32_t batch_texts;         /* texts that are evaluated together at most; 0: 64 */
} slm_options;

typedef struct slm_decision {
    size_t size;
    double confidence; /* calibrated probability of the best label */
    int32_t label;     /* index in the order of the task; -1: abstention */
    int32_t best;      /* index of the best label, also with an abstention */
    int32_t truncated; /* 1: the end of the text was cut off */
    int32_t reserved;
    /* since version 2 */
    double queued_ms;    /* milliseconds from the call to the start of the evaluation */
    double evaluated_ms; /* milliseconds of the evaluation */
    int32_t batch_texts; /* texts that were evaluated together with it, and it */
    int32_t text_tokens; /* tokens of the text */
} slm_decision;

/* How a document or a text is written. Zero is the default of every member. */
typedef struct slm_write_options {
    size_t size;
    int32_t max_tokens;       /* most tokens; 0: 1024 for slm_extract, 512 for slm_generate */
    uint32_t seed;            /* of the draws; 0: 1 */
    float temperature;        /* 0: the likeliest token, always */
    int32_t top_k;            /* 0: all */
    float top_p;              /* 0 or 1: all */
    float min_p;              /* 0: all */
    float repetition_penalty; /* 0 or 1: none */
    int32_t deadline_ms;      /* how long it may wait for its start, in milliseconds; 0: for ever */
    const char *const *stop;  /* slm_generate only: zero-terminated UTF-8 texts that end the answer, */
    size_t stop_count;        /* at most 64 */
} slm_write_options;

typedef struct slm_answer {
    size_t size;
    int32_t finish;        /* enum slm_finish */
    int32_t truncated;     /* 1: the end of the input was cut off */
    int32_t prompt_tokens;
    int32_t cached_tokens; /* those of them that did not have to be evaluated again */
    int32_t answer_tokens;
    int32_t reserved;
    double first_token_ms; /* milliseconds from the start of the evaluation to the first token */
    double evaluated_ms;   /* to the last token */
} slm_answer;

/*
 * Takes the next piece of an answer: whole characters, length bytes, and a zero behind them. Another value than 0 ends the answer. It is called
 * on the thread that called slm_generate, and may itself call every function of this header. No C++ exception may leave it, nor longjmp.
 */
typedef int32_t (*slm_text_callback)(const char *text, size_t length, void *context);

/* Version of this interface that the library implements. Any thread. */
int32_t slm_abi_version(void);

/*
 * Message of the calling thread's last failed call, zero-terminated, cut to capacity; returns the bytes it needs with the zero. Any thread:
 * each has its own message.
 */
size_t slm_last_error(char *buffer, size_t capacity);

/* Opens, verifies and loads a bundle, a .slmb file or a folder. options may be NULL. Any thread. */
int32_t slm_open(const char *path, const slm_options *options, slm_bundle **bundle);

/*
 * Closes a bundle; calls that still run on it are answered with SLM_INVALID_HANDLE. NULL does nothing. Any thread, also while others use the
 * bundle; the first of several wins and the others are answered with SLM_INVALID_HANDLE.
 */
int32_t slm_close(slm_bundle *bundle);

/* JSON: name, version, kind, engine, file, contextLength, labels. buffer may be NULL, of capacity 0, to ask for *needed. Any thread. */
int32_t slm_info(slm_bundle *bundle, char *buffer, size_t capacity, size_t *needed);

/* How many labels the task has; 0 where it is no classification. Any thread. */
int32_t slm_label_count(slm_bundle *bundle, size_t *count);

/* The name of a label, zero-terminated. buffer may be NULL, of capacity 0, to ask for *needed. Any thread. */
int32_t slm_label(slm_bundle *bundle, int32_t index, char *buffer, size_t capacity, size_t *needed);

/* A switch that ends the calls that it is given to, those that run and those that come. Any thread. */
int32_t slm_cancel_create(slm_cancel **cancel);

/* Turns the switch, for good; again does nothing. Any thread, but no signal handler. */
int32_t slm_cancel_now(slm_cancel *cancel);

/*
 * Frees the switch; NULL does nothing. Calls that were given it go on, and nothing can end them any more but slm_close. Any thread, also while
 * calls have the switch.
 */
int32_t slm_cancel_free(slm_cancel *cancel);

/*
 * Classifies one text. scores, one per label in the order of the task, may be NULL; cancel too. What was wrong with the arguments is said before
 * anything is written; decision and scores are written with SLM_OK only. Any thread.
 */
int32_t slm_classify(slm_bundle *bundle, const char *text, size_t length, slm_cancel *cancel, slm_decision *decision, double *scores,
                     size_t score_count);

/*
 * Classifies count texts, which are evaluated together. lengths may be NULL: then each text ends with a zero. Each of decisions has its size set.
 * scores, count times the labels, text after text, may be NULL; cancel too. One bad text refuses all, and its index is in *bad_text (SIZE_MAX: it
 * was something else), which may be NULL. Any thread.
 */
int32_t slm_classify_many(slm_bundle *bundle, const char *const *texts, const size_t *lengths, size_t count, slm_cancel *cancel,
                          slm_decision *decisions, double *scores, size_t score_count, size_t *bad_text);

/*
 * Extracts a document: JSON of the task's schema, zero-terminated, complete or not at all. A buffer that is too small, or NULL of capacity 0, leaves
 * the document with the calling thread until its next slm_extract: slm_last_document hands it out without writing it again. options, cancel and
 * answer may be NULL. Any thread.
 */
int32_t slm_extract(slm_bundle *bundle, const char *text, size_t length, const slm_write_options *options, slm_cancel *cancel, char *buffer,
                    size_t capacity, size_t *needed, slm_answer *answer);

/* The document of the calling thread's last slm_extract. Any thread: each has its own document. */
int32_t slm_last_document(char *buffer, size_t capacity, size_t *needed);

/*
 * Writes the answer to a text and hands it to on_text piece by piece; the pieces together are the answer. Where on_text ends it, SLM_CANCELLED.
 * options, cancel, context and answer may be NULL. Any thread.
 */
int32_t slm_generate(slm_bundle *bundle, const char *text, size_t length, const slm_write_options *options, slm_cancel *cancel,
                     slm_text_callback on_text, void *context, slm_answer *answer);

/* Bundles and switches that are open in this process: for tests that look for leaks. Any thread. */
size_t slm_open_handles(void);

#ifdef __cplusplus
}
#endif
#endif
