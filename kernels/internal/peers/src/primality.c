/*
 * Trial division of one number by the odd numbers up to its root, the first
 * divisor found ending the search of all threads through a shared flag that is
 * asked every 1000 divisions. Checksum: 1 for a prime, else 0.
 */
#include "peer.h"
#include <math.h>

static uint64_t number;
static int threads_wanted;

static const char *peer_setup(const char *variant, long n, int threads)
{
    if (strcmp(variant, "odd"))
        return "unknown variant";
    if (n < 9)
        return "n too small";
    number = n;
    threads_wanted = threads;
    return NULL;
}

static double peer_run(void)
{
    uint64_t n = number, root = sqrt((double)n);
    while (root * root < n)
        root++;
    if (n % 2 == 0)
        return 0;
    volatile int found = 0;
    const uint64_t every = 2000; /* numbers, of which half are odd */
    long blocks = root / every + 1;
#pragma omp parallel for schedule(dynamic, 64)
    for (long b = 0; b < blocks; b++) {
        if (found)
            continue;
        uint64_t from = 3 + b * every, to = from + every <= root + 1 ? from + every : root + 1;
        for (uint64_t d = from; d < to; d += 2)
            if (n % d == 0) {
                found = 1;
                break;
            }
    }
    return !found;
}

PEER_MAIN
