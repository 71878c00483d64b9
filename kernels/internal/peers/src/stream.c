/*
 * The triad of STREAM: a[i] = b[i] + 3*c[i], n elements each, b[i] = i mod 11 + 1,
 * c[i] = i mod 13. Checksum: the sum of a. As in stream.c 5.10, arrays are used
 * first by the thread that works on them, and the compiler has a free hand.
 *
 * "omp" leaves stores to gcc, which fetches what is overwritten; "nt" stores past
 * the caches, as other compilers do by themselves.
 */
#define PEER_CHECKSUM
#include "peer.h"
#ifdef __SSE2__
#include <immintrin.h>
#endif

static long count;
static int past;
static double *a, *b, *c;

static const char *peer_setup(const char *variant, long n, int threads)
{
    (void)threads;
    past = !strcmp(variant, "nt");
    if (!past && strcmp(variant, "omp"))
        return "unknown variant";
#ifndef __SSE2__
    if (past)
        return "no such stores here";
#endif
    if (n < 1 || n > 1L << 31)
        return "size out of range";
    free(a);
    free(b);
    free(c);
    count = n;
    a = peer_alloc(n * sizeof *a);
    b = peer_alloc(n * sizeof *b);
    c = peer_alloc(n * sizeof *c);
    for (long i = 0; i < n; i++) {
        b[i] = i % 11 + 1;
        c[i] = i % 13;
    }
    return NULL;
}

static double peer_run(void)
{
    const double q = 3;
    double *restrict to = a;
    const double *restrict x = b, *restrict y = c;
    if (!past) {
#pragma omp parallel for schedule(static)
        for (long i = 0; i < count; i++)
            to[i] = x[i] + q * y[i];
        return 0;
    }
#ifdef __SSE2__
    long whole = count & ~7L;
#pragma omp parallel for schedule(static)
    for (long i = 0; i < whole; i += 8) {
#if defined __AVX512F__
        _mm512_stream_pd(to + i, _mm512_add_pd(_mm512_loadu_pd(x + i), _mm512_mul_pd(_mm512_set1_pd(q), _mm512_loadu_pd(y + i))));
#elif defined __AVX__
        for (int j = 0; j < 8; j += 4)
            _mm256_stream_pd(to + i + j, _mm256_add_pd(_mm256_loadu_pd(x + i + j), _mm256_mul_pd(_mm256_set1_pd(q), _mm256_loadu_pd(y + i + j))));
#else
        for (int j = 0; j < 8; j += 2)
            _mm_stream_pd(to + i + j, _mm_add_pd(_mm_loadu_pd(x + i + j), _mm_mul_pd(_mm_set1_pd(q), _mm_loadu_pd(y + i + j))));
#endif
    }
    for (long i = whole; i < count; i++)
        to[i] = x[i] + q * y[i];
#endif
    return 0;
}

static double peer_checksum(void)
{
    double sum = 0;
    for (long i = 0; i < count; i++)
        sum += a[i];
    return sum;
}

PEER_MAIN
