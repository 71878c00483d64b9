/* dedupe: drop repeated pairs from lines "origin destination distance\n".
 *
 * dense     one cell of 4 bytes per ordered pair
 * triangle  one cell of 2 bytes per unordered pair, as our own variants have it
 * hash      open addressing, for ids without bound
 * omp       parts of the file on threads, one triangle each, joined in file order
 *
 * Tables and results are allocated once; clearing the table is
 * timed. A batch of lines has its cells prefetched before they are used.
 */
#define PEER_CHECKSUM
#define PEER_CHECKSUM
#include "peer.h"

typedef struct { int32_t o, d, w; } road;

enum { BATCH = 64, MAXTHREADS = 64 };

static char *text;
static size_t size;
static road *out;
static long kept;
static void *held[2 * 64 + 8];
static int holds;
static int threads_;
static uint32_t side;   /* ids are below it */
static void (*work)(void);

static int32_t *dense;
static uint16_t *triangle[MAXTHREADS];
static struct slot { uint64_t key; uint32_t w; } *slots;
static uint64_t slot_mask;
static road *part[MAXTHREADS];
static long count[MAXTHREADS];

static uint64_t state;

static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static char *put(char *p, uint32_t v, char end)
{
	char digits[12];
	int k = 0;
	do digits[k++] = '0' + v % 10; while (v /= 10);
	while (k) *p++ = digits[--k];
	*p++ = end;
	return p;
}

/* hold returns touched memory, which the next setup gives back. Plain malloc: with
 * arrays that all begin at huge pages dense took 1.3 to 1.5 times as long. */
static void *hold(size_t bytes)
{
	void *p = malloc(bytes);
	if (!p) exit(1);
	memset(p, 1, bytes);
	return held[holds++] = p;
}

static void generate(long n)
{
	side = 2;
	while ((uint64_t)(side + 1) * (side + 1) <= (uint64_t)n) side++;
	text = hold(n * 33 + 64);
	char *p = text;
	state = 1;
	for (long i = 0; i < n; i++) {
		uint32_t o = next() % side, d = next() % side, w = 1 + next() % 1000;
		if (o == d) d = (d + 1) % side;
		p = put(p, o, ' ');
		p = put(p, d, ' ');
		p = put(p, w, '\n');
	}
	size = p - text;
}

/* number reads digits up to the byte that ends them and skips that. */
static inline const char *number(const char *p, uint32_t *v)
{
	uint32_t x = *p++ - '0', c;
	while ((c = (uint8_t)*p++ - '0') < 10) x = x * 10 + c;
	*v = x;
	return p;
}

/* lines reads up to BATCH lines and returns how many. */
static inline int lines(const char **at, const char *end, road *r)
{
	const char *p = *at;
	int k = 0;
	while (k < BATCH && p < end) {
		uint32_t o, d, w;
		p = number(p, &o);
		p = number(p, &d);
		p = number(p, &w);
		r[k++] = (road){o, d, w};
	}
	*at = p;
	return k;
}

static void run_dense(void)
{
	const char *p = text, *end = text + size;
	road r[BATCH];
	long k = 0;
	const uint64_t v = side;
	int32_t *restrict t = dense;
	memset(t, 0, v * v * sizeof *t);
	for (int m; (m = lines(&p, end, r)) > 0;) {
		for (int i = 0; i < m; i++) {
			__builtin_prefetch(&t[r[i].o * v + r[i].d], 1);
			__builtin_prefetch(&t[r[i].d * v + r[i].o], 0);
		}
		for (int i = 0; i < m; i++) {
			int32_t *cell = &t[r[i].o * v + r[i].d];
			int32_t there = *cell, back = t[r[i].d * v + r[i].o];
			int32_t w = back ? back : r[i].w;
			out[k] = (road){r[i].o, r[i].d, w};
			k += !there;
			*cell = there ? there : w;
		}
	}
	kept = k;
}

static inline size_t cell_of(uint32_t o, uint32_t d)
{
	uint32_t hi = o > d ? o : d, lo = o > d ? d : o;
	return (size_t)hi * (hi + 1) / 2 + lo;
}

/* reduce writes what is new of [p, end) to dst, with its own triangle. */
static long reduce(const char *p, const char *end, uint16_t *restrict t, road *restrict dst)
{
	road r[BATCH];
	size_t c[BATCH];
	long k = 0;
	memset(t, 0, (size_t)side * (side + 1) / 2 * sizeof *t);
	for (int m; (m = lines(&p, end, r)) > 0;) {
		for (int i = 0; i < m; i++) {
			c[i] = cell_of(r[i].o, r[i].d);
			__builtin_prefetch(&t[c[i]], 1);
		}
		for (int i = 0; i < m; i++) {
			unsigned e = t[c[i]], way = r[i].o > r[i].d ? 2 : 1;
			unsigned f = (e ? e : (unsigned)r[i].w << 2) | way;
			dst[k] = (road){r[i].o, r[i].d, f >> 2};
			k += !(e & way);
			t[c[i]] = f;
		}
	}
	return k;
}

static void run_triangle(void) { kept = reduce(text, text + size, triangle[0], out); }

static void run_hash(void)
{
	const char *p = text, *end = text + size;
	road r[BATCH];
	uint64_t h[BATCH];
	long k = 0;
	const uint64_t mask = slot_mask;
	memset(slots, 0, (mask + 1) * sizeof *slots);
	for (int m; (m = lines(&p, end, r)) > 0;) {
		for (int i = 0; i < m; i++) {
			uint64_t o = r[i].o, d = r[i].d;
			uint64_t key = (o < d ? o << 32 | d : d << 32 | o) + 1;
			h[i] = (key * 0x9e3779b97f4a7c15u) >> 20 & mask;
			__builtin_prefetch(&slots[h[i]], 1);
		}
		for (int i = 0; i < m; i++) {
			uint64_t o = r[i].o, d = r[i].d, j = h[i];
			uint64_t key = (o < d ? o << 32 | d : d << 32 | o) + 1;
			while (slots[j].key != key && slots[j].key) j = (j + 1) & mask;
			unsigned e = slots[j].w, way = o > d ? 2 : 1;
			unsigned f = (e ? e : (unsigned)r[i].w << 2) | way;
			out[k] = (road){r[i].o, r[i].d, f >> 2};
			k += !(e & way);
			slots[j].key = key;
			slots[j].w = f;
		}
	}
	kept = k;
}

/* run_omp lets each thread reduce a part with a triangle of its own, then drops
 * from each part what an earlier one has. */
static void run_omp(void)
{
	const int parts = threads_;
	size_t cells = (size_t)side * (side + 1) / 2;
	long from[MAXTHREADS + 1];
#pragma omp parallel num_threads(parts)
	{
		int me = omp_get_thread_num();
		const char *lo = text + size * me / parts, *hi = text + size * (me + 1) / parts;
		while (lo > text && lo[-1] != '\n') lo++;
		while (hi > text && hi[-1] != '\n') hi++;
		count[me] = reduce(lo, hi, triangle[me], part[me]);
#pragma omp barrier
		for (int k = 1; k + 1 < parts; k++) {
			uint16_t *a = triangle[k - 1], *b = triangle[k];
#pragma omp for schedule(static)
			for (size_t c = 0; c < cells; c++) b[c] = a[c] ? a[c] | (b[c] & 3) : b[c];
		}
		for (int k = 1; k < parts; k++) {
			/* the survivors of part k in shares, one for each thread */
			static long left[MAXTHREADS];
			long a = count[k] * me / parts, b = count[k] * (me + 1) / parts, n = a;
			const uint16_t *t = triangle[k - 1];
			road *p = part[k];
			for (long i = a; i < b; i++) {
				if (i + 32 < b) __builtin_prefetch(&t[cell_of(p[i + 32].o, p[i + 32].d)]);
				unsigned e = t[cell_of(p[i].o, p[i].d)], way = p[i].o > p[i].d ? 2 : 1;
				road x = p[i];
				x.w = e ? (int32_t)(e >> 2) : x.w;
				p[n] = x;
				n += !(e & way);
			}
			left[me] = n - a;
#pragma omp barrier
#pragma omp single
			{
				long at = k == 1 ? count[0] : from[k];
				for (int j = 0; j < parts; j++) {
					memcpy(out + at, p + count[k] * j / parts, left[j] * sizeof *p);
					at += left[j];
				}
				from[k + 1] = at;
			}
		}
	}
	kept = parts > 1 ? from[parts] : count[0];
}

static const char *peer_setup(const char *variant, long n, int threads)
{
	if (n < 1) return "n must be positive";
	if (threads < 1 || threads > MAXTHREADS) return "wrong number of threads";
	while (holds > 0) free(held[--holds]);
	generate(n);
	threads_ = threads;
	out = hold((n + 1) * sizeof *out);
	size_t cells = (size_t)side * (side + 1) / 2;
	if (strcmp(variant, "omp") && threads > 1) return "one thread only";
	if (!strcmp(variant, "dense")) {
		dense = hold((size_t)side * side * sizeof *dense);
		work = run_dense;
	} else if (!strcmp(variant, "triangle")) {
		triangle[0] = hold(cells * sizeof **triangle);
		work = run_triangle;
	} else if (!strcmp(variant, "hash")) {
		for (slot_mask = 1; slot_mask < 2 * (uint64_t)n; slot_mask *= 2) {}
		slots = hold(slot_mask * sizeof *slots);
		slot_mask--;
		work = run_hash;
	} else if (!strcmp(variant, "omp")) {
		for (int k = 0; k < threads; k++) {
			triangle[k] = hold(cells * sizeof **triangle);
			part[k] = k ? hold((size / threads / 6 + 64) * sizeof *out) : out;
		}
		work = run_omp;
	} else {
		return "no such variant";
	}
	return NULL;
}

static double peer_run(void)
{
	work();
	return 0;
}

/* The checksum is 64 bits wide; what is told is its remainder by 2^53. */
static double peer_checksum(void)
{
	uint64_t sum = 0;
	for (long i = 0; i < kept; i++)
		sum += (uint64_t)(i + 1) * (1000003ull * out[i].o + 10007ull * out[i].d + out[i].w);
	return (double)(sum & ((1ull << 53) - 1));
}

PEER_MAIN
