/*
 * The Julia set of High Performance Python, chapter 2: n x n pixels, 300
 * iterations. Checksum: the sum of all counts.
 *
 * scalar is the plain loop; simd has several vectors of pixels in flight, each
 * iteration testing all of them, in intrinsics: AVX-512 where the compiler
 * targets it, else AVX2 and FMA. gcc contracts to FMA, as it may, in both.
 */
#define PEER_CHECKSUM
#include "peer.h"
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

#define C_RE (-0.62772)
#define C_IM (-0.42193)
enum { LIMIT = 300 };

static long side;
static int32_t *counts;
static int simd;

static void scalar_row(long y)
{
    double step = 3.6 / side, im = 1.8 - y * step;
    int32_t *restrict row = counts + y * side;
    for (long x = 0; x < side; x++) {
        double zr = -1.8 + x * step, zi = im;
        int n = 0;
        while (n < LIMIT && zr * zr + zi * zi < 4) {
            double t = zr * zr - zi * zi + C_RE;
            zi = 2 * zr * zi + C_IM;
            zr = t;
            n++;
        }
        row[x] = n;
    }
}

#if defined(__AVX512F__)
enum { LANES = 8, VECTORS = 4 };
static void simd_row(long y)
{
    double step = 3.6 / side, im = 1.8 - y * step;
    const __m512d re = _mm512_set1_pd(C_RE), ci = _mm512_set1_pd(C_IM), four = _mm512_set1_pd(4);
    const __m512d ramp = _mm512_set_pd(7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i one = _mm512_set1_epi64(1);
    int32_t *row = counts + y * side;
    for (long x = 0; x < side; x += LANES * VECTORS) {
        __m512d zr[VECTORS], zi[VECTORS];
        __m512i n[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
            zr[v] = _mm512_fmadd_pd(_mm512_add_pd(ramp, _mm512_set1_pd(x + v * LANES)), _mm512_set1_pd(step), _mm512_set1_pd(-1.8));
            zi[v] = _mm512_set1_pd(im);
            n[v] = _mm512_setzero_si512();
        }
        for (int i = 0; i < LIMIT; i++) {
            int any = 0;
            for (int v = 0; v < VECTORS; v++) {
                __m512d ii = _mm512_mul_pd(zi[v], zi[v]);
                __m512d t = _mm512_fmadd_pd(zr[v], zr[v], ii);
                __mmask8 in = _mm512_cmp_pd_mask(t, four, _CMP_LT_OQ);
                n[v] = _mm512_mask_add_epi64(n[v], in, n[v], one);
                zi[v] = _mm512_fmadd_pd(_mm512_add_pd(zr[v], zr[v]), zi[v], ci);
                zr[v] = _mm512_fmadd_pd(zr[v], zr[v], _mm512_sub_pd(re, ii));
                any |= in;
            }
            if (!any)
                break;
        }
        for (int v = 0; v < VECTORS; v++) {
            int32_t out[LANES];
            _mm256_storeu_si256((__m256i *)out, _mm512_cvtepi64_epi32(n[v]));
            for (long l = 0; l < LANES && x + v * LANES + l < side; l++)
                row[x + v * LANES + l] = out[l];
        }
    }
}
#elif defined(__AVX2__) && defined(__FMA__)
#ifndef VECTORS
#define VECTORS 4
#endif
enum { LANES = 4 };
static void simd_row(long y)
{
    double step = 3.6 / side, im = 1.8 - y * step;
    const __m256d re = _mm256_set1_pd(C_RE), ci = _mm256_set1_pd(C_IM), four = _mm256_set1_pd(4);
    const __m256d ramp = _mm256_set_pd(3, 2, 1, 0);
    int32_t *row = counts + y * side;
    for (long x = 0; x < side; x += LANES * VECTORS) {
        __m256d zr[VECTORS], zi[VECTORS];
        __m256i n[VECTORS];
        for (int v = 0; v < VECTORS; v++) {
            zr[v] = _mm256_fmadd_pd(_mm256_add_pd(ramp, _mm256_set1_pd(x + v * LANES)), _mm256_set1_pd(step), _mm256_set1_pd(-1.8));
            zi[v] = _mm256_set1_pd(im);
            n[v] = _mm256_setzero_si256();
        }
        for (int i = 0; i < LIMIT; i++) {
            __m256d any = _mm256_setzero_pd();
            for (int v = 0; v < VECTORS; v++) {
                __m256d ii = _mm256_mul_pd(zi[v], zi[v]);
                __m256d t = _mm256_fmadd_pd(zr[v], zr[v], ii);
                __m256d in = _mm256_cmp_pd(t, four, _CMP_LT_OQ);
                n[v] = _mm256_sub_epi64(n[v], _mm256_castpd_si256(in));
                zi[v] = _mm256_fmadd_pd(_mm256_add_pd(zr[v], zr[v]), zi[v], ci);
                zr[v] = _mm256_fmadd_pd(zr[v], zr[v], _mm256_sub_pd(re, ii));
                any = _mm256_or_pd(any, in);
            }
            if (_mm256_testz_si256(_mm256_castpd_si256(any), _mm256_castpd_si256(any)))
                break;
        }
        for (int v = 0; v < VECTORS; v++) {
            int64_t out[LANES];
            _mm256_storeu_si256((__m256i *)out, n[v]);
            for (long l = 0; l < LANES && x + v * LANES + l < side; l++)
                row[x + v * LANES + l] = out[l];
        }
    }
}
#else
#define NO_SIMD
static void simd_row(long y) { scalar_row(y); }
#endif

static const char *peer_setup(const char *variant, long n, int threads)
{
    (void)threads;
    simd = !strcmp(variant, "simd");
    if (!simd && strcmp(variant, "scalar"))
        return "unknown variant";
#ifdef NO_SIMD
    if (simd)
        return "neither AVX2 nor AVX-512";
#elif defined(__AVX512F__)
    peer_note("AVX-512");
#else
    peer_note("AVX2");
#endif
    free(counts);
    side = n;
    counts = peer_alloc(sizeof *counts * n * n);
    return NULL;
}

static double peer_run(void)
{
#pragma omp parallel for schedule(dynamic, 1)
    for (long y = 0; y < side; y++) {
        if (simd)
            simd_row(y);
        else
            scalar_row(y);
    }
    return 0;
}

static double peer_checksum(void)
{
    double sum = 0;
    for (long i = 0; i < side * side; i++)
        sum += counts[i];
    return sum;
}

PEER_MAIN
