/*
 * write generate BUNDLE TEXT [PIECES] prints the answer as it is written, and stops it after so many pieces.
 * write extract BUNDLE TEXT prints the document.
 */
#include <slmedge.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what)
{
    char message[1024];
    slm_last_error(message, sizeof message);
    fprintf(stderr, "%s: %s\n", what, message);
    return 1;
}

/* context is how many pieces are still wanted; below zero all of them. */
static int32_t print_piece(const char *text, size_t length, void *context)
{
    int *left = context;
    fwrite(text, 1, length, stdout);
    fflush(stdout);
    return --*left == 0;
}

static int generate(slm_bundle *bundle, const char *text, int pieces)
{
    slm_write_options options = {.size = sizeof options, .max_tokens = 40};
    slm_answer answer = {.size = sizeof answer};
    int32_t status = slm_generate(bundle, text, strlen(text), &options, NULL, print_piece, &pieces, &answer);
    if (status == SLM_CANCELLED && pieces == 0) {
        return 0;
    }
    if (status != SLM_OK) {
        return fail("generate");
    }
    fprintf(stderr, "%d tokens\n", (int)answer.answer_tokens);
    return 0;
}

static int extract(slm_bundle *bundle, const char *text)
{
    size_t needed;
    if (slm_extract(bundle, text, strlen(text), NULL, NULL, NULL, 0, &needed, NULL) != SLM_OK) {
        return fail("extract");
    }
    char *document = malloc(needed);
    if (document == NULL) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    int32_t status = slm_last_document(document, needed, &needed);
    if (status == SLM_OK) {
        puts(document);
    }
    free(document);
    return status == SLM_OK ? 0 : fail("document");
}

int main(int argc, char **argv)
{
    if (argc < 4 || (strcmp(argv[1], "generate") != 0 && strcmp(argv[1], "extract") != 0)) {
        fprintf(stderr, "usage: %s generate BUNDLE TEXT [PIECES] | extract BUNDLE TEXT\n", argv[0]);
        return 2;
    }
    slm_options options = {.size = sizeof options, .threads = 1};
    slm_bundle *bundle = NULL;
    if (slm_open(argv[2], &options, &bundle) != SLM_OK) {
        return fail("open");
    }
    int result = strcmp(argv[1], "extract") == 0 ? extract(bundle, argv[3]) : generate(bundle, argv[3], argc > 4 ? atoi(argv[4]) : -1);
    if (slm_close(bundle) != SLM_OK) {
        return fail("close");
    }
    return result;
}
