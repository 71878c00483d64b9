/*
 * peer.h turns a computation in C into a resident worker for "weft bench
 * -peers": it reads lines and answers each with one.
 *
 *     setup VARIANT N THREADS   ->  ok [NOTE]      or  no REASON
 *     run                       ->  WALL_NS USER_NS SYS_NS CHECKSUM
 *     end of input              ->  exit
 *
 * A source includes this file, defines the functions below and ends with
 * PEER_MAIN:
 *
 *     static const char *peer_setup(const char *variant, long n, int threads);
 *         makes the input for size n; returns NULL, or why it can't. It may be
 *         called again with other arguments.
 *     static double peer_run(void);
 *         the timed part; returns the checksum.
 *
 * Where the checksum costs time that the kernel's own timing leaves out, the
 * source says
 *
 *     #define PEER_CHECKSUM
 *
 * before including this file and defines
 *
 *     static double peer_checksum(void);
 *
 * which is called behind the timed part; what peer_run returns is ignored then.
 *
 * peer_note("...") in peer_setup tells what is worth reading beside the figure,
 * such as which instructions were chosen.
 *
 * peer_took(ns) in peer_run replaces the time measured around it, where pauses
 * are not to count. peer_wall_ns() reads the clock.
 *
 * A line in the source "// flags: -ffast-math" adds to what it is compiled with:
 *     cc -O3 -march=native -mprefer-vector-width=512 -fopenmp -o X X.c -lm
 * The number of threads is also in OMP_NUM_THREADS.
 */
#ifndef PEER_H
#define PEER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static const char *peer_setup(const char *variant, long n, int threads);
static double peer_run(void);
#ifdef PEER_CHECKSUM
static double peer_checksum(void);
#endif

static char peer_note_text[256];

__attribute__((unused)) static void peer_note(const char *text)
{
    snprintf(peer_note_text, sizeof peer_note_text, "%s", text);
}

/* peer_took, called in peer_run, tells how long the run took where not all of
 * peer_run is to count: pauses between what is timed, for example. */
static long long peer_took_ns = -1;

__attribute__((unused)) static void peer_took(long long wall_ns) { peer_took_ns = wall_ns; }

/* peer_alloc returns zeroed, touched memory that begins at a cache line, on
 * huge pages where the system gives them; it ends the program if there is none. */
__attribute__((unused)) static void *peer_alloc(size_t bytes)
{
    size_t align = bytes >= (4u << 20) ? (2u << 20) : 64;
    size_t whole = (bytes + align - 1) / align * align;
    void *p = aligned_alloc(align, whole ? whole : align);
    if (!p) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(1);
    }
#ifdef MADV_HUGEPAGE
    if (align > 64)
        madvise(p, whole, MADV_HUGEPAGE);
#endif
    memset(p, 0, whole ? whole : align);
    return p;
}

static long long peer_wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long peer_ns(struct timeval t)
{
    return (long long)t.tv_sec * 1000000000LL + (long long)t.tv_usec * 1000LL;
}

static int peer_serve(void)
{
    char line[512], variant[128];
    int ready = 0;
    while (fgets(line, sizeof line, stdin)) {
        long n;
        int threads;
        if (sscanf(line, "setup %127s %ld %d", variant, &n, &threads) == 3) {
#ifdef _OPENMP
            omp_set_dynamic(0);
            omp_set_num_threads(threads > 0 ? threads : 1);
#endif
            peer_note_text[0] = 0;
            const char *why = peer_setup(variant, n, threads);
            ready = !why;
            if (why)
                printf("no %s\n", why);
            else if (peer_note_text[0])
                printf("ok %s\n", peer_note_text);
            else
                printf("ok\n");
        } else if (!strcmp(line, "run\n")) {
            if (!ready) {
                fprintf(stderr, "run without setup\n");
                return 1;
            }
            struct rusage before, after;
            peer_took_ns = -1;
            getrusage(RUSAGE_SELF, &before);
            long long from = peer_wall_ns();
            double sum = peer_run();
            long long wall = peer_wall_ns() - from;
            getrusage(RUSAGE_SELF, &after);
            if (peer_took_ns >= 0)
                wall = peer_took_ns;
#ifdef PEER_CHECKSUM
            sum = peer_checksum();
#endif
            printf("%lld %lld %lld %.17g\n", wall, peer_ns(after.ru_utime) - peer_ns(before.ru_utime),
                   peer_ns(after.ru_stime) - peer_ns(before.ru_stime), sum);
        } else {
            fprintf(stderr, "not understood: %s", line);
            return 1;
        }
        fflush(stdout);
    }
    return 0;
}

#define PEER_MAIN int main(void) { return peer_serve(); }

#endif
