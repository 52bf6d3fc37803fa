// ceilings THREADS: what this machine can do at most, as one line of JSON: bytes read and float32 operations per second.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

using Clock = std::chrono::steady_clock;
typedef float Vector __attribute__((vector_size(64)));

static volatile float sink;

// Every element counts, or the compiler would leave work out.
static void keep(const Vector & sum) {
    float total = 0;
    for (int at = 0; at < 16; at++) total += sum[at];
    sink = sink + total;
}

static double seconds(void (*work)(size_t, size_t), size_t threads) {
    double best = 1e9;
    for (int round = 0; round < 7; round++) {
        const auto start = Clock::now();
        std::vector<std::thread> all;
        for (size_t at = 0; at < threads; at++) all.emplace_back(work, at, threads);
        for (auto & thread : all) thread.join();
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

static const size_t vectors = (size_t(1) << 30) / sizeof(Vector);
static Vector * memory;

// Eight sums, so that no addition waits for another.
static void read(size_t at, size_t threads) {
    Vector sums[8] = {};
    const size_t end = vectors / threads * (at + 1);
    for (size_t place = vectors / threads * at; place + 8 <= end; place += 8)
        for (int lane = 0; lane < 8; lane++) sums[lane] += memory[place + lane];
    for (auto & sum : sums) keep(sum);
}

static const long turns = 40'000'000;
static const int lanes = 12;

static void multiply(size_t, size_t) {
    Vector sums[lanes] = {};
    Vector a = {}, b = {};
    for (int at = 0; at < 16; at++) a[at] = 0.5f + sink, b[at] = 0.25f;
    // Lanes that began alike would be one to the compiler.
    for (int lane = 0; lane < lanes; lane++) sums[lane] += float(lane) + sink;
    for (long turn = 0; turn < turns; turn++) {
#pragma GCC unroll 12
        for (int lane = 0; lane < lanes; lane++) sums[lane] = sums[lane] * a + b;
    }
    for (auto & sum : sums) keep(sum);
}

int main(int argc, char ** argv) {
    const size_t threads = argc > 1 ? std::atoi(argv[1]) : 1;
    memory = static_cast<Vector *>(std::aligned_alloc(64, vectors * sizeof(Vector)));
    for (size_t at = 0; at < vectors; at++) memory[at] = Vector{} + 1.0f;
    const double bytes = double(vectors) * sizeof(Vector) / seconds(read, threads);
    const double operations = 2.0 * 16 * lanes * turns * threads / seconds(multiply, threads);
    std::printf("{\"bytesPerSecond\":%.0f,\"operationsPerSecond\":%.0f}\n", bytes, operations);
    return 0;
}
