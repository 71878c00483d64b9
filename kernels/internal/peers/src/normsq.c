/*
 * The sum of the squares of 0, 1, 2, ... n-1; it is the checksum too. Additions
 * may be taken in any order, so that gcc vectorises the sum.
 */
// flags: -Ofast -funroll-loops
#include "peer.h"

static long count;
static double *x;

static const char *peer_setup(const char *variant, long n, int threads)
{
    (void)threads;
    if (strcmp(variant, "auto"))
        return "unknown variant";
    if (n < 0 || n > 1L << 31)
        return "size out of range";
    free(x);
    count = n;
    x = peer_alloc(n * sizeof *x);
    for (long i = 0; i < n; i++)
        x[i] = i;
    return NULL;
}

static double peer_run(void)
{
    double sum = 0;
#pragma omp parallel for simd schedule(static) reduction(+ : sum)
    for (long i = 0; i < count; i++)
        sum += x[i] * x[i];
    return sum;
}

PEER_MAIN
