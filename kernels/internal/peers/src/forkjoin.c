/*
 * Fork and join: N parallel loops of one iteration per thread. The wall time of
 * a run, divided by N, is what a loop costs.
 *
 *     backtoback   one loop after the other, with an empty body
 *     pause        a sleep of 1 ms before each loop, which does not count; as the
 *                  loop after it takes a hundred times longer now and then, N
 *                  times the median of the loops is told instead of their sum
 *     meet         as backtoback, with a body that waits until all threads are in it
 *     meetpause    as pause, with that body
 *
 * The checksum is the number of loops.
 */
#include "peer.h"

static long loops;
static int threads, meet, pausing;
static int here; /* threads that are in the body */

static void body(void)
{
    if (!meet) {
        __asm__ volatile("" ::: "memory");
        return;
    }
    __atomic_add_fetch(&here, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&here, __ATOMIC_ACQUIRE) < threads)
        ;
}

static void loop(void)
{
    __atomic_store_n(&here, 0, __ATOMIC_RELEASE);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < threads; i++)
        body();
}

static const char *peer_setup(const char *variant, long n, int t)
{
    if (n < 1 || n > 100000 || t < 1)
        return "needs a loop, at most 100000, and a thread";
    meet = !strncmp(variant, "meet", 4);
    pausing = !strcmp(variant, "pause") || !strcmp(variant, "meetpause");
    if (!pausing && strcmp(variant, "backtoback") && strcmp(variant, "meet"))
        return "unknown variant";
    loops = n;
    threads = t;
    loop(); /* starts the threads */
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    long long x = *(const long long *)a, y = *(const long long *)b;
    return (x > y) - (x < y);
}

static double peer_run(void)
{
    const struct timespec ms = {0, 1000000};
    long long took[loops];
    if (!pausing) {
        for (long k = 0; k < loops; k++)
            loop();
        return (double)loops;
    }
    for (long k = 0; k < loops; k++) {
        nanosleep(&ms, NULL);
        long long from = peer_wall_ns();
        loop();
        took[k] = peer_wall_ns() - from;
    }
    qsort(took, loops, sizeof *took, by_size);
    peer_took(took[loops / 2] * loops);
    return (double)loops;
}

PEER_MAIN
