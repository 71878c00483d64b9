/* sort: integers by the C library's qsort, and by digits of 11 bits. Copying the
 * numbers, which are sorted again each time, is timed.
 */
#define PEER_CHECKSUM
#include "peer.h"

enum { DIGIT = 11, PILES = 1 << DIGIT, DIGITS = 6 };

static int64_t *numbers, *x, *spare;
static long count;
static void (*work)(void);

static int compare(const void *a, const void *b)
{
	int64_t v = *(const int64_t *)a, w = *(const int64_t *)b;
	return (v > w) - (v < w);
}

static void run_qsort(void) { qsort(x, count, sizeof *x, compare); }

static void run_radix(void)
{
	static uint32_t c[DIGITS][PILES];
	memset(c, 0, sizeof c);
	for (long i = 0; i < count; i++) {
		uint64_t k = (uint64_t)x[i] ^ 1ull << 63;
		for (int d = 0; d < DIGITS; d++) c[d][k >> DIGIT * d & (PILES - 1)]++;
	}
	int64_t *restrict from = x, *restrict to = spare;
	for (int d = 0; d < DIGITS; d++) {
		uint32_t at = 0;
		for (int p = 0; p < PILES; p++) {
			uint32_t n = c[d][p];
			c[d][p] = at;
			at += n;
		}
		for (long i = 0; i < count; i++) to[c[d][((uint64_t)from[i] ^ 1ull << 63) >> DIGIT * d & (PILES - 1)]++] = from[i];
		int64_t *t = from;
		from = to;
		to = t;
	}
}

static const char *peer_setup(const char *variant, long n, int threads)
{
	if (n < 1) return "n must be positive";
	if (threads > 1) return "one thread only";
	if (!strcmp(variant, "qsort"))
		work = run_qsort;
	else if (!strcmp(variant, "radix"))
		work = run_radix;
	else
		return "no such variant";
	free(numbers), free(x), free(spare);
	numbers = peer_alloc(n * sizeof *x);
	x = peer_alloc(n * sizeof *x);
	spare = peer_alloc(n * sizeof *x);
	count = n;
	uint64_t state = 1;
	for (long i = 0; i < n; i++) {
		uint64_t z = state += 0x9e3779b97f4a7c15u;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		numbers[i] = (int64_t)(z ^ z >> 31);
	}
	return NULL;
}

static double peer_run(void)
{
	memcpy(x, numbers, count * sizeof *x);
	work();
	return 0;
}

static double peer_checksum(void)
{
	uint64_t sum = 0;
	for (long i = 0; i < count; i++) sum += (uint64_t)(i + 1) * (uint64_t)x[i];
	return (double)(sum & ((1ull << 53) - 1));
}

PEER_MAIN
