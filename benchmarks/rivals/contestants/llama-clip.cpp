// llama-clip TEXT_MODEL.gguf MMPROJ.gguf THREADS: llama.cpp's vision tower, as a contestant. It speaks lines of JSON.
#include "llama.h"
#include "mtmd.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

static double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

static void quiet(ggml_log_level, const char *, void *) {}

static int fail(const char * sentence) {
    std::printf("{\"error\":\"%s\"}\n", sentence);
    return 1;
}

int main(int argc, char ** argv) {
    if (argc < 4) return fail("expected TEXT_MODEL MMPROJ THREADS");
    const auto start = Clock::now();
    llama_log_set(quiet, nullptr);
    mtmd_log_set(quiet, nullptr);
    llama_model_params model_params = llama_model_default_params();
    model_params.vocab_only = true; // its sizes are all that the tower asks for
    llama_model * model = llama_model_load_from_file(argv[1], model_params);
    if (!model) return fail("no text model");
    mtmd_context_params params = mtmd_context_params_default();
    params.use_gpu = false;
    params.print_timings = false;
    params.n_threads = std::atoi(argv[3]);
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
    params.warmup = false;
    mtmd_context * context = mtmd_init_from_file(argv[2], model, params);
    if (!context) return fail("no vision tower");

    const int side = 448;
    std::vector<unsigned char> pixels(side * side * 3);
    for (size_t at = 0; at < pixels.size(); at++) pixels[at] = (unsigned char) (127.5 + 127.5 * std::sin(at * 0.37));
    mtmd_bitmap * bitmap = mtmd_bitmap_init(side, side, pixels.data());
    mtmd_input_chunks * chunks = mtmd_input_chunks_init();
    const char * marker = mtmd_default_marker();
    mtmd_input_text text = {marker, std::string(marker).size(), false, true};
    const mtmd_bitmap * bitmaps[] = {bitmap};
    if (mtmd_tokenize(context, chunks, &text, bitmaps, 1) != 0) return fail("the image was not cut");
    const mtmd_input_chunk * tile = nullptr;
    size_t tokens = 0;
    for (size_t at = 0; at < mtmd_input_chunks_size(chunks); at++) {
        const mtmd_input_chunk * chunk = mtmd_input_chunks_get(chunks, at);
        if (mtmd_input_chunk_get_type(chunk) != MTMD_INPUT_CHUNK_TYPE_IMAGE) continue;
        tile = chunk;
        tokens += mtmd_input_chunk_get_n_tokens(chunk);
    }
    if (!tile || tokens != 256) return fail("expected one tile of 256 visual tokens");

    std::printf("{\"ready\":{\"stages\":[\"vision\"],\"about\":\"llama.cpp's clip, float16, flash attention\",\"loadMs\":%.1f}}\n",
                ms_since(start));
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        const auto begin = Clock::now();
        if (mtmd_encode_chunk(context, tile) != 0) return fail("the tile was not encoded");
        const double ms = ms_since(begin);
        const float * embeddings = mtmd_get_output_embd(context);
        std::printf("{\"ms\":[%.3f],\"first\":[%.6f,%.6f,%.6f]}\n", ms, embeddings[0], embeddings[1], embeddings[2]);
        std::fflush(stdout);
    }
    mtmd_free(context);
    llama_model_free(model);
    return 0;
}
