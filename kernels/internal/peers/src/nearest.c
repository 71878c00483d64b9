/* nearest: over what dedupe gives, the smallest and largest distance and for
 * each origin the nearest destination, of equally near ones the smallest.
 *
 * packed   the minimum of distance << 32 | destination
 * branch   the same, stored only if it is smaller
 * omp      packed, a table for each thread, then joined
 */
#define PEER_CHECKSUM
#include "peer.h"

typedef struct { int32_t o, d, w; } road;

enum { MAXTHREADS = 64 };

static road *roads;
static long count;
static long places;
static int threads_;
static uint64_t *table[MAXTHREADS];
static int32_t low[MAXTHREADS], high[MAXTHREADS];
static void (*work)(void);

static uint64_t state;

static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* generate makes the roads that dedupe leaves of n lines. */
static void generate(long n)
{
	places = 2;
	while ((places + 1) * (places + 1) <= n) places++;
	int32_t *seen = peer_alloc(places * places * sizeof *seen);
	free(roads);
	roads = peer_alloc((n + 1) * sizeof *roads);
	count = 0;
	state = 1;
	for (long i = 0; i < n; i++) {
		uint32_t o = next() % places, d = next() % places, w = 1 + next() % 1000;
		if (o == d) d = (d + 1) % places;
		int32_t *cell = &seen[o * places + d], back = seen[d * places + o];
		if (*cell) continue;
		*cell = back ? back : (int32_t)w;
		roads[count++] = (road){o, d, *cell};
	}
	free(seen);
}

/* key is the distance in the upper half and the destination in the lower. */
static inline uint64_t key(const road *r) { return (uint64_t)(uint32_t)r->w << 32 | (uint32_t)r->d; }

/* scan without a branch stores for every road, and is faster all the same. With
 * "restrict" gcc 12 would make a branch of it. */
static void scan(const road *p, long n, uint64_t *best, int32_t *lowest, int32_t *highest)
{
	int32_t lo = INT32_MAX, hi = -1;
	for (long i = 0; i < n; i++) {
		uint64_t k = key(&p[i]), b = best[p[i].o];
		lo = p[i].w < lo ? p[i].w : lo;
		hi = p[i].w > hi ? p[i].w : hi;
		best[p[i].o] = k < b ? k : b;
	}
	*lowest = lo;
	*highest = hi;
}

static void run_packed(void)
{
	memset(table[0], 0xff, places * sizeof **table);
	scan(roads, count, table[0], &low[0], &high[0]);
}

static void run_branch(void)
{
	uint64_t *restrict best = table[0];
	int32_t lo = INT32_MAX, hi = -1;
	memset(best, 0xff, places * sizeof *best);
	for (long i = 0; i < count; i++) {
		uint64_t k = key(&roads[i]);
		lo = roads[i].w < lo ? roads[i].w : lo;
		hi = roads[i].w > hi ? roads[i].w : hi;
		if (__builtin_expect(k < best[roads[i].o], 0)) best[roads[i].o] = k;
	}
	low[0] = lo;
	high[0] = hi;
}

static void run_omp(void)
{
#pragma omp parallel num_threads(threads_)
	{
		int me = omp_get_thread_num();
		long lo = count * me / threads_, hi = count * (me + 1) / threads_;
		memset(table[me], 0xff, places * sizeof **table);
		scan(roads + lo, hi - lo, table[me], &low[me], &high[me]);
#pragma omp barrier
#pragma omp for schedule(static)
		for (long i = 0; i < places; i++)
			for (int k = 1; k < threads_; k++)
				if (table[k][i] < table[0][i]) table[0][i] = table[k][i];
	}
	for (int k = 1; k < threads_; k++) {
		if (low[k] < low[0]) low[0] = low[k];
		if (high[k] > high[0]) high[0] = high[k];
	}
}

static const char *peer_setup(const char *variant, long n, int threads)
{
	if (n < 1) return "n must be positive";
	if (threads < 1 || threads > MAXTHREADS) return "wrong number of threads";
	if (!strcmp(variant, "packed"))
		work = run_packed;
	else if (!strcmp(variant, "branch"))
		work = run_branch;
	else if (!strcmp(variant, "omp"))
		work = run_omp;
	else
		return "no such variant";
	if (threads > 1 && work != run_omp) return "one thread only";
	generate(n);
	threads_ = threads;
	for (int k = 0; k < threads; k++) {
		free(table[k]);
		table[k] = peer_alloc(places * sizeof **table);
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
	uint64_t sum = (uint64_t)low[0] * 1000000000u + (uint64_t)high[0];
	for (long i = 0; i < places; i++)
		if (table[0][i] != UINT64_MAX)
			sum += (uint64_t)(i + 1) * (1001 * (table[0][i] & 0xffffffffu) + (table[0][i] >> 32));
	return (double)(sum & ((1ull << 53) - 1));
}

PEER_MAIN
