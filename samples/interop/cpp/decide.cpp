// decide classify BUNDLE TEXT... | extract BUNDLE TEXT | generate BUNDLE TEXT [PIECES]; prints what the C samples print.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "slmedge.hpp"

namespace {

void classify(const slmedge::Bundle &bundle, const std::vector<std::string_view> &texts)
{
    for (const slmedge::Decision &decision : bundle.classify(texts)) {
        std::fputs(decision.label < 0 ? "-" : bundle.labels()[static_cast<std::size_t>(decision.label)].c_str(), stdout);
        std::printf("\t%.17g", decision.confidence);
        for (double score : decision.scores) {
            std::printf("\t%.17g", score);
        }
        std::putchar('\n');
    }
}

void generate(const slmedge::Bundle &bundle, std::string_view text, int pieces)
{
    slm_write_options options = {};
    options.max_tokens = 40;
    bundle.generate(text, options, [&pieces](std::string_view piece) {
        std::fwrite(piece.data(), 1, piece.size(), stdout);
        return --pieces != 0;
    });
}

int run(const std::vector<std::string> &arguments)
{
    if (arguments.size() < 3) {
        std::cerr << "usage: decide classify BUNDLE TEXT... | extract BUNDLE TEXT | generate BUNDLE TEXT [PIECES]\n";
        return 2;
    }
    slm_options options = {};
    options.threads = 1;
    slmedge::Bundle bundle(arguments[1], options);
    if (arguments[0] == "classify") {
        classify(bundle, {arguments.begin() + 2, arguments.end()});
    } else if (arguments[0] == "extract") {
        std::puts(bundle.extract(arguments[2]).c_str());
    } else if (arguments[0] == "generate") {
        generate(bundle, arguments[2], arguments.size() > 3 ? std::stoi(arguments[3]) : -1);
    } else {
        std::cerr << "there is no '" << arguments[0] << "'\n";
        return 2;
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
