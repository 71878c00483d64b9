/*
 * C = A·B of order n: a[i][j] = ((7i+13j) mod 101)/101 - 1/2,
 * b[i][j] = ((11i+3j) mod 103)/103 - 1/2. Checksum: the sum of c times
 * (index mod 7 + 1).
 *
 *   ijk   three loops as in a textbook
 *   ikj   the inner two swapped, vectorised by the compiler
 *   tile  ikj on blocks, 4 rows of C at a time
 */
#define PEER_CHECKSUM
#include "peer.h"

static int order;
static double *a, *b, *c;
static void (*rows)(int from, int to);

/* rows of C, one after the other */
static void ijk(int from, int to)
{
    for (int i = from; i < to; i++)
        for (int j = 0; j < order; j++) {
            double sum = 0;
            for (int k = 0; k < order; k++)
                sum += a[(size_t)i * order + k] * b[(size_t)k * order + j];
            c[(size_t)i * order + j] = sum;
        }
}

static void ikj(int from, int to)
{
    for (int i = from; i < to; i++) {
        double *restrict out = c + (size_t)i * order;
        memset(out, 0, sizeof(double) * order);
        for (int k = 0; k < order; k++) {
            const double x = a[(size_t)i * order + k], *restrict in = b + (size_t)k * order;
            for (int j = 0; j < order; j++)
                out[j] += x * in[j];
        }
    }
}

static void tile(int from, int to)
{
    enum { KB = 128, JB = 256 };
    memset(c + (size_t)from * order, 0, sizeof(double) * order * (to - from));
    for (int jj = 0; jj < order; jj += JB)
        for (int kk = 0; kk < order; kk += KB) {
            const int je = jj + JB < order ? jj + JB : order, ke = kk + KB < order ? kk + KB : order;
            int i = from;
            for (; i + 4 <= to; i += 4) {
                double *restrict c0 = c + (size_t)i * order, *restrict c1 = c0 + order;
                double *restrict c2 = c1 + order, *restrict c3 = c2 + order;
                const double *a0 = a + (size_t)i * order, *a1 = a0 + order, *a2 = a1 + order, *a3 = a2 + order;
                int k = kk;
                for (; k + 4 <= ke; k += 4) {
                    const double *restrict b0 = b + (size_t)k * order, *restrict b1 = b0 + order;
                    const double *restrict b2 = b1 + order, *restrict b3 = b2 + order;
                    double x[4][4]; /* copied: stores to C might change A, for all the compiler knows */
                    for (int u = 0; u < 4; u++)
                        x[0][u] = a0[k + u], x[1][u] = a1[k + u], x[2][u] = a2[k + u], x[3][u] = a3[k + u];
                    for (int j = jj; j < je; j++) {
                        c0[j] += x[0][0] * b0[j] + x[0][1] * b1[j] + x[0][2] * b2[j] + x[0][3] * b3[j];
                        c1[j] += x[1][0] * b0[j] + x[1][1] * b1[j] + x[1][2] * b2[j] + x[1][3] * b3[j];
                        c2[j] += x[2][0] * b0[j] + x[2][1] * b1[j] + x[2][2] * b2[j] + x[2][3] * b3[j];
                        c3[j] += x[3][0] * b0[j] + x[3][1] * b1[j] + x[3][2] * b2[j] + x[3][3] * b3[j];
                    }
                }
                for (; k < ke; k++)
                    for (int j = jj; j < je; j++) {
                        const double x = b[(size_t)k * order + j];
                        c0[j] += a0[k] * x;
                        c1[j] += a1[k] * x;
                        c2[j] += a2[k] * x;
                        c3[j] += a3[k] * x;
                    }
            }
            for (; i < to; i++)
                for (int k = kk; k < ke; k++)
                    for (int j = jj; j < je; j++)
                        c[(size_t)i * order + j] += a[(size_t)i * order + k] * b[(size_t)k * order + j];
        }
}

static const char *peer_setup(const char *variant, long n, int threads)
{
    (void)threads;
    if (n < 1 || n > 32768)
        return "n is not in [1, 32768]";
    rows = !strcmp(variant, "ijk") ? ijk : !strcmp(variant, "ikj") ? ikj : !strcmp(variant, "tile") ? tile : NULL;
    if (!rows)
        return "unknown variant";
    free(a), free(b), free(c);
    order = (int)n;
    size_t bytes = sizeof(double) * n * n;
    a = peer_alloc(bytes), b = peer_alloc(bytes), c = peer_alloc(bytes);
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            a[i * n + j] = (7 * i + 13 * j) % 101 / 101.0 - 0.5;
            b[i * n + j] = (11 * i + 3 * j) % 103 / 103.0 - 0.5;
        }
    return NULL;
}

static double peer_run(void)
{
    /* many rows at a time, so that a block of B is used often */
    const int block = 32;
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < order; i += block)
        rows(i, i + block < order ? i + block : order);
    return 0;
}

static double peer_checksum(void)
{
    double sum = 0;
    for (size_t i = 0; i < (size_t)order * order; i++)
        sum += c[i] * (i % 7 + 1);
    return sum;
}

PEER_MAIN
