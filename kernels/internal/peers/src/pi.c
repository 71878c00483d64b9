/*
 * n darts of SplitMix64, seed 42, two 31-bit halves of each number as
 * coordinates; inside if x*x + y*y < 2^62. Checksum: how many are inside.
 * A plain loop that gcc vectorises.
 */
#include "peer.h"

static long darts;

static const char *peer_setup(const char *variant, long n, int threads)
{
    (void)threads;
    if (strcmp(variant, "auto"))
        return "unknown variant";
    darts = n;
    return NULL;
}

/* The state goes up by a constant, which vectorises better than a product. */
static long throw_from(uint64_t state, long n)
{
    long inside = 0;
    for (long i = 0; i < n; i++) {
        state += 0x9e3779b97f4a7c15u;
        uint64_t z = state;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        uint32_t x = z >> 33, y = z >> 1 & 0x7fffffff;
        inside += 1 - (((uint64_t)x * x + (uint64_t)y * y) >> 62); /* faster than a comparison */
    }
    return inside;
}

static double peer_run(void)
{
    const long block = 1 << 16;
    long inside = 0;
#pragma omp parallel for schedule(static) reduction(+ : inside)
    for (long i = 0; i < darts; i += block)
        inside += throw_from(42 + (uint64_t)i * 0x9e3779b97f4a7c15u, darts - i < block ? darts - i : block);
    return inside;
}

PEER_MAIN
