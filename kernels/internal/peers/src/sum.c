/* sum: integers added up in one loop, and by OpenMP with a reduction, with an
 * atomic addition for each number and with a critical section for each.
 */
#define PEER_CHECKSUM
#include "peer.h"

static int64_t *x;
static long count;
static uint64_t total;
static void (*work)(void);

static void run_serial(void)
{
	uint64_t s = 0;
	for (long i = 0; i < count; i++) s += (uint64_t)x[i];
	total = s;
}

static void run_omp(void)
{
	uint64_t s = 0;
#pragma omp parallel for reduction(+ : s) schedule(static)
	for (long i = 0; i < count; i++) s += (uint64_t)x[i];
	total = s;
}

static void run_atomic(void)
{
	total = 0;
#pragma omp parallel for schedule(static)
	for (long i = 0; i < count; i++) {
#pragma omp atomic
		total += (uint64_t)x[i];
	}
}

static void run_critical(void)
{
	total = 0;
#pragma omp parallel for schedule(static)
	for (long i = 0; i < count; i++) {
#pragma omp critical
		total += (uint64_t)x[i];
	}
}

static const char *peer_setup(const char *variant, long n, int threads)
{
	if (n < 1) return "n must be positive";
	if (!strcmp(variant, "serial"))
		work = run_serial;
	else if (!strcmp(variant, "omp"))
		work = run_omp;
	else if (!strcmp(variant, "atomic"))
		work = run_atomic;
	else if (!strcmp(variant, "critical"))
		work = run_critical;
	else
		return "no such variant";
	if (work == run_serial && threads > 1) return "one thread only";
	free(x);
	x = peer_alloc(n * sizeof *x);
	count = n;
	uint64_t state = 1;
	for (long i = 0; i < n; i++) {
		uint64_t z = state += 0x9e3779b97f4a7c15u;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		x[i] = (int64_t)(z ^ z >> 31) >> 32;
	}
	return NULL;
}

static double peer_run(void)
{
	work();
	return 0;
}

static double peer_checksum(void) { return (double)(int64_t)total; }

PEER_MAIN
