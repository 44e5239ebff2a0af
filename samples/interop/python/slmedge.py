"""slmedge.h for Python by ctypes, no packages needed. Licence: MIT.

    python3 slmedge.py LIBRARY classify BUNDLE TEXT... | extract BUNDLE TEXT | generate BUNDLE TEXT [PIECES]

prints what the C samples print. As a module: with Bundle(Library("slmedge.so"), "work-orders.slmb") as bundle: bundle.classify(["oil leaks"]).
"""

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32, c_size_t, c_uint32, c_uint64, c_void_p

OK, CANCELLED = 0, 8
TEXT_CALLBACK = ctypes.CFUNCTYPE(c_int32, POINTER(ctypes.c_char), c_size_t, c_void_p)


class Sized(ctypes.Structure):
    """A structure that knows its size; what is not set is zero."""

    def __init__(self, **members):
        super().__init__(size=ctypes.sizeof(self), **members)


class Options(Sized):
    _fields_ = [
        ("size", c_size_t), ("engine", c_int32), ("threads", c_int32), ("context_length", c_int32), ("queue_capacity", c_int32),
        ("cache_directory", c_char_p), ("model_file", c_char_p), ("memory_limit_bytes", c_uint64), ("long_texts", c_int32), ("batch_texts", c_int32),
    ]


class Decision(Sized):
    _fields_ = [
        ("size", c_size_t), ("confidence", c_double), ("label", c_int32), ("best", c_int32), ("truncated", c_int32), ("reserved", c_int32),
        ("queued_ms", c_double), ("evaluated_ms", c_double), ("batch_texts", c_int32), ("text_tokens", c_int32),
    ]


class WriteOptions(Sized):
    _fields_ = [
        ("size", c_size_t), ("max_tokens", c_int32), ("seed", c_uint32), ("temperature", c_float), ("top_k", c_int32), ("top_p", c_float),
        ("min_p", c_float), ("repetition_penalty", c_float), ("deadline_ms", c_int32), ("stop", POINTER(c_char_p)), ("stop_count", c_size_t),
    ]


class Answer(Sized):
    _fields_ = [
        ("size", c_size_t), ("finish", c_int32), ("truncated", c_int32), ("prompt_tokens", c_int32), ("cached_tokens", c_int32),
        ("answer_tokens", c_int32), ("reserved", c_int32), ("first_token_ms", c_double), ("evaluated_ms", c_double),
    ]


class SlmEdgeError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Library:
    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        self.functions.slm_last_error.argtypes = [c_char_p, c_size_t]
        self.functions.slm_last_error.restype = c_size_t
        for name, arguments in {
            "slm_open": [c_char_p, POINTER(Options), POINTER(c_void_p)],
            "slm_close": [c_void_p],
            "slm_label_count": [c_void_p, POINTER(c_size_t)],
            "slm_label": [c_void_p, c_int32, c_char_p, c_size_t, POINTER(c_size_t)],
            "slm_classify_many": [c_void_p, POINTER(c_char_p), POINTER(c_size_t), c_size_t, c_void_p, POINTER(Decision), POINTER(c_double), c_size_t, POINTER(c_size_t)],
            "slm_extract": [c_void_p, c_char_p, c_size_t, POINTER(WriteOptions), c_void_p, c_char_p, c_size_t, POINTER(c_size_t), POINTER(Answer)],
            "slm_last_document": [c_char_p, c_size_t, POINTER(c_size_t)],
            "slm_generate": [c_void_p, c_char_p, c_size_t, POINTER(WriteOptions), c_void_p, TEXT_CALLBACK, c_void_p, POINTER(Answer)],
        }.items():
            function = getattr(self.functions, name)
            function.argtypes, function.restype = arguments, c_int32

    def check(self, status):
        if status != OK:
            message = ctypes.create_string_buffer(self.functions.slm_last_error(None, 0))
            self.functions.slm_last_error(message, len(message))
            raise SlmEdgeError(status, message.value.decode())

    def text(self, function, *arguments):
        """Asks for the size of a text, and then for the text."""
        needed = c_size_t()
        self.check(function(*arguments, None, 0, byref(needed)))
        buffer = ctypes.create_string_buffer(needed.value)
        self.check(function(*arguments, buffer, needed, byref(needed)))
        return buffer.value.decode()


class Bundle:
    """An opened bundle; a context manager that closes it."""

    def __init__(self, library, path, **options):
        self.library = library
        self.handle = c_void_p()
        library.check(library.functions.slm_open(path.encode(), byref(Options(**options)), byref(self.handle)))
        count = c_size_t()
        library.check(library.functions.slm_label_count(self.handle, byref(count)))
        self.labels = [library.text(library.functions.slm_label, self.handle, i) for i in range(count.value)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.handle:
            self.library.check(self.library.functions.slm_close(self.handle))
            self.handle = c_void_p()

    def classify(self, texts):
        """For each text (label or None, confidence, scores in the order of the labels)."""
        raw = [text.encode() for text in texts]
        count, labels = len(raw), len(self.labels)
        decisions = (Decision * count)(*[Decision() for _ in raw])
        scores = (c_double * (count * labels))()
        self.library.check(self.library.functions.slm_classify_many(
            self.handle, (c_char_p * count)(*raw), (c_size_t * count)(*map(len, raw)), count, None, decisions, scores, len(scores), None))
        return [
            (None if decision.label < 0 else self.labels[decision.label], decision.confidence, list(scores[i * labels:(i + 1) * labels]))
            for i, decision in enumerate(decisions)
        ]

    def extract(self, text):
        """The document, as JSON."""
        raw, needed, library = text.encode(), c_size_t(), self.library
        library.check(library.functions.slm_extract(self.handle, raw, len(raw), None, None, None, 0, byref(needed), None))
        return library.text(library.functions.slm_last_document)

    def generate(self, text, on_text, **options):
        """Writes an answer; on_text takes each piece and returns whether it wants more."""
        raw, thrown, stopped = text.encode(), [], []

        @TEXT_CALLBACK
        def take(piece, length, _):
            try:
                if on_text(ctypes.string_at(piece, length).decode()):
                    return 0
            except BaseException as error:  # noqa: BLE001 - it must not pass through the library, and comes out below
                thrown.append(error)
            stopped.append(True)
            return 1

        answer = Answer()
        status = self.library.functions.slm_generate(
            self.handle, raw, len(raw), byref(WriteOptions(**options)), None, take, None, byref(answer))
        if thrown:
            raise thrown[0]
        if not stopped:
            self.library.check(status)
        return answer


def main(arguments):
    if len(arguments) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    library, verb, path, *texts = arguments
    with Bundle(Library(library), path, threads=1) as bundle:
        if verb == "classify":
            for label, confidence, scores in bundle.classify(texts):
                print("-" if label is None else label, *(format(number, ".17g") for number in [confidence, *scores]), sep="\t")
        elif verb == "extract":
            print(bundle.extract(texts[0]))
        elif verb == "generate":
            left = [int(texts[1]) if len(texts) > 1 else -1]

            def take(piece):
                sys.stdout.write(piece)
                left[0] -= 1
                return left[0] != 0

            bundle.generate(texts[0], take, max_tokens=40)
        else:
            print(f"there is no '{verb}'", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SlmEdgeError as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
