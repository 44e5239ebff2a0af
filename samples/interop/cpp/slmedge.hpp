// slmedge.h for C++17: handles that close themselves, and exceptions for codes. Licence: MIT.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <slmedge.h>

namespace slmedge {

class Error : public std::runtime_error {
public:
    Error(std::int32_t status, const std::string &message) : std::runtime_error(message), status_(status) {}

    std::int32_t status() const noexcept { return status_; }

private:
    std::int32_t status_;
};

inline void check(std::int32_t status)
{
    if (status == SLM_OK) {
        return;
    }
    std::string message(slm_last_error(nullptr, 0), '\0');
    slm_last_error(message.data(), message.size());
    message.pop_back();
    throw Error(status, message);
}

// Ends the calls that it is given to.
class Cancel {
public:
    Cancel()
    {
        slm_cancel *handle = nullptr;
        check(slm_cancel_create(&handle));
        handle_.reset(handle);
    }

    void now() { check(slm_cancel_now(handle_.get())); }

    slm_cancel *get() const noexcept { return handle_.get(); }

private:
    struct Free {
        void operator()(slm_cancel *handle) const noexcept { slm_cancel_free(handle); }
    };

    std::unique_ptr<slm_cancel, Free> handle_;
};

struct Decision {
    std::int32_t label; // -1: abstention
    std::int32_t best;
    double confidence;
    bool truncated;
    std::vector<double> scores; // in the order of the task
};

// An opened bundle. Safe to use from several threads.
class Bundle {
public:
    explicit Bundle(const std::string &path, slm_options options = {})
    {
        options.size = sizeof options;
        slm_bundle *handle = nullptr;
        check(slm_open(path.c_str(), &options, &handle));
        handle_.reset(handle);
        std::size_t count = 0;
        check(slm_label_count(handle, &count));
        for (std::size_t i = 0; i < count; i++) {
            labels_.push_back(text([&](char *buffer, std::size_t capacity, std::size_t *needed) {
                return slm_label(handle, static_cast<std::int32_t>(i), buffer, capacity, needed);
            }));
        }
    }

    const std::vector<std::string> &labels() const noexcept { return labels_; }

    std::string info() const
    {
        return text([&](char *buffer, std::size_t capacity, std::size_t *needed) { return slm_info(handle_.get(), buffer, capacity, needed); });
    }

    std::vector<Decision> classify(const std::vector<std::string_view> &texts, const Cancel *cancel = nullptr) const
    {
        std::vector<const char *> starts;
        std::vector<std::size_t> lengths;
        for (std::string_view text : texts) {
            starts.push_back(text.data());
            lengths.push_back(text.size());
        }
        slm_decision empty = {};
        empty.size = sizeof empty;
        std::vector<slm_decision> decisions(texts.size(), empty);
        std::vector<double> scores(texts.size() * labels_.size());
        check(slm_classify_many(handle_.get(), starts.data(), lengths.data(), texts.size(), of(cancel), decisions.data(), scores.data(),
                                scores.size(), nullptr));
        std::vector<Decision> answers;
        for (std::size_t i = 0; i < texts.size(); i++) {
            auto first = scores.begin() + static_cast<std::ptrdiff_t>(i * labels_.size());
            answers.push_back({decisions[i].label, decisions[i].best, decisions[i].confidence, decisions[i].truncated != 0,
                               std::vector<double>(first, first + static_cast<std::ptrdiff_t>(labels_.size()))});
        }
        return answers;
    }

    std::string extract(std::string_view from, const Cancel *cancel = nullptr) const
    {
        std::size_t needed = 0;
        check(slm_extract(handle_.get(), from.data(), from.size(), nullptr, of(cancel), nullptr, 0, &needed, nullptr));
        return text(slm_last_document);
    }

    // on_text returns whether it wants more; an exception of it comes out of here.
    slm_answer generate(std::string_view from, slm_write_options options, const std::function<bool(std::string_view)> &on_text,
                        const Cancel *cancel = nullptr) const
    {
        struct Context {
            const std::function<bool(std::string_view)> &on_text;
            std::exception_ptr thrown;
            bool stopped;
        } context{on_text, nullptr, false};
        options.size = sizeof options;
        slm_answer answer = {};
        answer.size = sizeof answer;
        std::int32_t status = slm_generate(
            handle_.get(), from.data(), from.size(), &options, of(cancel),
            [](const char *piece, std::size_t length, void *data) -> std::int32_t {
                auto &own = *static_cast<Context *>(data);
                try { // No exception may pass through the library.
                    own.stopped = !own.on_text(std::string_view(piece, length));
                } catch (...) {
                    own.thrown = std::current_exception();
                    own.stopped = true;
                }
                return own.stopped;
            },
            &context, &answer);
        if (context.thrown) {
            std::rethrow_exception(context.thrown);
        }
        if (!context.stopped) {
            check(status);
        }
        return answer;
    }

private:
    struct Close {
        void operator()(slm_bundle *handle) const noexcept { slm_close(handle); }
    };

    static slm_cancel *of(const Cancel *cancel) noexcept { return cancel == nullptr ? nullptr : cancel->get(); }

    template <class Function> static std::string text(Function function)
    {
        std::size_t needed = 0;
        check(function(nullptr, 0, &needed));
        std::string value(needed, '\0');
        check(function(value.data(), value.size(), &needed));
        value.pop_back();
        return value;
    }

    std::unique_ptr<slm_bundle, Close> handle_;
    std::vector<std::string> labels_;
};

} // namespace slmedge
