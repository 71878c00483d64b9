/*
 * Counts the primes below n. Checksum: the count.
 *
 * bytes is the segmented sieve of Eratosthenes with a byte for each odd number;
 * presieved copies the marks of 3, 5, 7, 11 and 13 instead of making them.
 */
#include "peer.h"

#ifndef SEGMENT
#define SEGMENT (32 << 10)
#endif
static long below;
static int presieved;
static long primes[100000], count_primes;
static unsigned char pattern[15015 + SEGMENT];

static const char *peer_setup(const char *variant, long n, int threads)
{
    (void)threads;
    presieved = !strcmp(variant, "presieved");
    if (!presieved && strcmp(variant, "bytes"))
        return "unknown variant";
    if (n > 1000000000000)
        return "n too large";
    below = n;
    return NULL;
}

static void base_primes(long from, long to)
{
    static unsigned char composite[1000001];
    memset(composite, 0, to + 1);
    count_primes = 0;
    for (long p = 2; p <= to; p++) {
        if (composite[p])
            continue;
        if (p >= from)
            primes[count_primes++] = p;
        for (long m = p * p; m <= to; m += p)
            composite[m] = 1;
    }
}

static double peer_run(void)
{
    long n = below, places = n / 2, root = 0, sum = n > 2;
    while ((root + 1) * (root + 1) <= n)
        root++;
    base_primes(presieved ? 17 : 3, root);
    if (presieved) {
        memset(pattern, 0, sizeof pattern);
        for (int p = 3; p <= 13; p += p == 7 ? 4 : 2)
            for (long i = p / 2; i < (long)sizeof pattern; i += p)
                pattern[i] = 1;
    }
    long segments = (places + SEGMENT - 1) / SEGMENT;
#pragma omp parallel reduction(+ : sum)
    {
        unsigned char seg[SEGMENT] __attribute__((aligned(64)));
        long *next = malloc(sizeof *next * (count_primes + 1)), used = 0, last = -1;
#pragma omp for schedule(static)
        for (long s = 0; s < segments; s++) {
            long at = s * SEGMENT, len = places - at < SEGMENT ? places - at : SEGMENT, end = at + len;
            if (s != last + 1)
                used = 0;
            last = s;
            if (presieved)
                memcpy(seg, pattern + at % 15015, len);
            else
                memset(seg, 0, len);
            if (at == 0) {
                memset(seg, 0, presieved && len > 7 ? 7 : 0);
                seg[0] = 1;
                if (presieved && len > 4)
                    seg[4] = 1;
            }
            for (; used < count_primes && primes[used] * primes[used] / 2 < end; used++) {
                long p = primes[used], first = p * p / 2;
                if (first < at)
                    first += (at - first + p - 1) / p * p;
                next[used] = first - at;
            }
            for (long i = 0; i < used; i++) {
                long p = primes[i], j = next[i];
                for (; j + 3 * p < len; j += 4 * p) {
                    seg[j] = 1;
                    seg[j + p] = 1;
                    seg[j + 2 * p] = 1;
                    seg[j + 3 * p] = 1;
                }
                for (; j < len; j += p)
                    seg[j] = 1;
                next[i] = j - len;
            }
            long composite = 0;
            for (long i = 0; i < len; i++)
                composite += seg[i];
            sum += len - composite;
        }
        free(next);
    }
    return sum;
}

PEER_MAIN
