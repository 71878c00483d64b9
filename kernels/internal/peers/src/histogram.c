/* histogram: bytes counted in one table, in four in turn, and by OpenMP with
 * four tables for each thread and with one table and atomic increments.
 */
#define PEER_CHECKSUM
#include "peer.h"

static uint8_t *data;
static long count;
static uint64_t total[256];
static void (*work)(void);

static void run_serial(void)
{
	memset(total, 0, sizeof total);
	for (long i = 0; i < count; i++) total[data[i]]++;
}

static void four(const uint8_t *restrict p, long n, uint64_t *restrict sum)
{
	uint32_t t[4][256];
	memset(t, 0, sizeof t);
	long i = 0;
	for (; i + 8 <= n; i += 8) {
		uint64_t w;
		memcpy(&w, p + i, 8);
		for (int k = 0; k < 8; k++) t[k & 3][w >> 8 * k & 255]++;
	}
	for (; i < n; i++) t[0][p[i]]++;
	for (int b = 0; b < 256; b++) sum[b] += (uint64_t)t[0][b] + t[1][b] + t[2][b] + t[3][b];
}

static void run_tables(void)
{
	memset(total, 0, sizeof total);
	four(data, count, total);
}

static void run_omp(void)
{
	uint64_t sum[256] = {0};
#pragma omp parallel reduction(+ : sum)
	{
		long me = omp_get_thread_num(), all = omp_get_num_threads();
		long lo = count * me / all, hi = count * (me + 1) / all;
		four(data + lo, hi - lo, sum);
	}
	memcpy(total, sum, sizeof sum);
}

static void run_atomic(void)
{
	memset(total, 0, sizeof total);
#pragma omp parallel for schedule(static)
	for (long i = 0; i < count; i++) {
#pragma omp atomic
		total[data[i]]++;
	}
}

static const char *peer_setup(const char *variant, long n, int threads)
{
	if (n < 1) return "n must be positive";
	if (!strcmp(variant, "serial"))
		work = run_serial;
	else if (!strcmp(variant, "tables"))
		work = run_tables;
	else if (!strcmp(variant, "omp"))
		work = run_omp;
	else if (!strcmp(variant, "atomic"))
		work = run_atomic;
	else
		return "no such variant";
	if ((work == run_serial || work == run_tables) && threads > 1) return "one thread only";
	free(data);
	data = peer_alloc(n);
	count = n;
	uint64_t state = 1;
	for (long i = 0; i < n;) {
		uint64_t z = state += 0x9e3779b97f4a7c15u;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		z ^= z >> 31;
		for (int k = 0; k < 4 && i < n; k++, z >>= 16) data[i++] = (z & 255) * (z >> 8 & 255) >> 8;
	}
	return NULL;
}

static double peer_run(void)
{
	work();
	return 0;
}

static double peer_checksum(void)
{
	uint64_t sum = 0;
	for (uint64_t b = 0; b < 256; b++) sum += (b + 1) * (b + 1) * total[b];
	return (double)sum;
}

PEER_MAIN
