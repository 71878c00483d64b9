/*
 * Diffusion on an n*n grid with joined edges: u + 0.1*((N + S) + (W + E) - 4u),
 * 500 steps up to n = 1024, 20 above. The start is 0.005 in rows and columns
 * from 0.4n to 0.5n. Checksum: the sum of u[i] * (i mod 97 + 1).
 *
 * A plain sweep from one grid into another that gcc vectorises. One parallel region
 * for all steps, so that a step costs a barrier and each thread keeps its rows.
 */
#define PEER_CHECKSUM
#include "peer.h"

static long side, steps;
static double *first, *other[2], *last;

static const char *peer_setup(const char *variant, long n, int threads)
{
    (void)threads;
    if (strcmp(variant, "plain"))
        return "unknown variant";
    if (n < 2 || n > 46340)
        return "size out of range";
    free(first);
    free(other[0]);
    free(other[1]);
    side = n;
    steps = n <= 1024 ? 500 : 20;
    first = peer_alloc(n * n * sizeof *first);
    other[0] = peer_alloc(n * n * sizeof *first);
    other[1] = peer_alloc(n * n * sizeof *first);
    for (long y = 0.4 * n; y < (long)(0.5 * n); y++)
        for (long x = 0.4 * n; x < (long)(0.5 * n); x++)
            first[y * n + x] = 0.005;
    last = first;
    return NULL;
}

static void row(double *restrict to, const double *restrict up, const double *restrict mid, const double *restrict down, long n)
{
    const double k = 0.1;
    to[0] = mid[0] + k * ((up[0] + down[0]) + (mid[n - 1] + mid[1]) - 4 * mid[0]);
    for (long x = 1; x < n - 1; x++)
        to[x] = mid[x] + k * ((up[x] + down[x]) + (mid[x - 1] + mid[x + 1]) - 4 * mid[x]);
    to[n - 1] = mid[n - 1] + k * ((up[n - 1] + down[n - 1]) + (mid[n - 2] + mid[0]) - 4 * mid[n - 1]);
}

static double peer_run(void)
{
    const long n = side;
#pragma omp parallel
    for (long s = 0; s < steps; s++) {
        const double *from = s ? other[s % 2] : first;
        double *to = other[(s + 1) % 2];
#pragma omp for schedule(static)
        for (long y = 0; y < n; y++)
            row(to + y * n, from + (y ? y - 1 : n - 1) * n, from + y * n, from + (y + 1 < n ? y + 1 : 0) * n, n);
    }
    last = steps ? other[steps % 2] : first;
    return 0;
}

static double peer_checksum(void)
{
    double sum = 0;
    for (long i = 0; i < side * side; i++)
        sum += last[i] * (i % 97 + 1);
    return sum;
}

PEER_MAIN
