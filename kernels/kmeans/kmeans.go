// Package kmeans groups points into clusters around centres by Lloyd's
// algorithm: give every point to the nearest centre, move every centre to the
// mean of its points, and again.
//
//	points := kmeans.Example(100_000, 8, 16, 1)      // 100,000 points in 8 dimensions, around 16 places
//	r := kmeans.Serial(points, 8, 16, 10, 1)         // 10 rounds at most, first centres by seed 1
//	r = kmeans.GoroutineSIMD(points, 8, 16, 10, 1, 2) // the same in vectors on two workers
//	r.Inertia, r.Centers, r.Labels
//
// Points lie one after the other: coordinate j of point i is points[i*d+j]. Each
// worker adds up sums of its own (privatisation), so nothing is locked; they are
// joined when all are done. Sums are kept per block of points, with blocks that
// depend on the number of points alone, and joined in the order of blocks: so
// every variant with any number of workers gives the same result to the bit.
//
// Lloyd, "Least Squares Quantization in PCM", IEEE Transactions on Information
// Theory 28 (1982).
//
// Coordinates must be finite: with a NaN there is no nearest centre. Functions
// panic before any work, or return an error if they return errors, if one is not, or if
// an argument is out of range. Interrupted, they return nil.
package kmeans

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// A Result is how points have been grouped.
type Result struct {
	Centers []float64 // k of d coordinates, one after the other
	Labels  []int32   // of each point, the number of its centre
	Sizes   []int     // of each cluster
	Inertia float64   // sum of the squares of distances to the nearest centre
	Rounds  int       // in the last no point changed its cluster, or it was the last allowed
}

// Example returns n points in d dimensions around k places, drawn by the seed:
// each coordinate of a place is in [-10, 10), of a point within 3 of its
// place's. It panics if a number is negative or there are more than 2²⁸
// coordinates.
func Example(n, d, k int, seed uint64) []float64 {
	if err := checkSize(n, d); err != nil {
		panic(fmt.Errorf("kmeans: %w", err))
	}
	if k < 1 {
		panic(fmt.Errorf("kmeans: number of clusters k = %d is not positive", k))
	}
	points := mem.Make[float64](n * d)
	unit := func(i int) float64 { return float64(rng.At(seed, uint64(i))>>11) / (1 << 53) }
	for i := range n {
		place := i % k
		for j := range d {
			// Two numbers make a hill, as two dice do.
			at := (k+2*i)*d + 2*j
			spread := 3 * (unit(at) + unit(at+1) - 1)
			points[i*d+j] = 20*unit(place*d+j) - 10 + spread
		}
	}
	return points
}

// maxCoordinates keeps a slip of the keyboard from taking the machine's memory.
const maxCoordinates = 1 << 28

func checkSize(n, d int) error {
	switch {
	case n < 0:
		return fmt.Errorf("negative number of points %d", n)
	case d < 1:
		return fmt.Errorf("number of dimensions d = %d is not positive", d)
	case n > maxCoordinates/d:
		return fmt.Errorf("%d points in %d dimensions are more than %d coordinates", n, d, maxCoordinates)
	}
	return nil
}

// maxCentres bounds the number of coordinates of centres, of which there is a
// copy for each block of points.
const maxCentres = 1 << 14

func check(points []float64, d, k, rounds, workers int) error {
	switch {
	case d < 1:
		return fmt.Errorf("number of dimensions d = %d is not positive", d)
	case len(points)%d != 0:
		return fmt.Errorf("%d coordinates are no whole number of points in %d dimensions", len(points), d)
	case k < 1:
		return fmt.Errorf("number of clusters k = %d is not positive", k)
	case k > maxCentres/d:
		return fmt.Errorf("%d centres in %d dimensions have more than %d coordinates", k, d, maxCentres)
	case rounds < 0:
		return fmt.Errorf("negative number of rounds %d", rounds)
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	}
	if err := checkSize(len(points)/d, d); err != nil {
		return err
	}
	for i, x := range points {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("coordinate %d of point %d is %v", i%d, i/d, x)
		}
	}
	return nil
}

func mustBeFine(points []float64, d, k, rounds, workers int) {
	if err := check(points, d, k, rounds, workers); err != nil {
		panic(fmt.Errorf("kmeans: %w", err))
	}
}

// A run is a grouping under way.
type run struct {
	n, d, k  int
	rounds   int
	seed     uint64
	points   []float64
	old      []int32 // labels of the round before
	block    int     // points in a block
	sums     []float64
	counts   []int
	inertias []float64
	changed  []bool
	dist     []float64 // of each point to its centre, squared
	wide     []float64 // centres as vectors want them; see spread
	p        poll.Poll
	Result
}

// A block is at least so many points, and there are at most so many blocks: some
// 0.1 ms of work each, and few sums to join.
const (
	minBlock  = 2048
	maxBlocks = 1024
)

func newRun(points []float64, d, k, rounds int, seed uint64) *run {
	n := len(points) / d
	r := &run{n: n, d: d, k: k, rounds: rounds, seed: seed, points: points}
	r.block = max(minBlock, (n+maxBlocks-1)/maxBlocks)
	blocks := r.blocks()
	r.Labels, r.old = make([]int32, n), make([]int32, n)
	r.dist = mem.Make[float64](n)
	r.Centers, r.Sizes = make([]float64, k*d), make([]int, k)
	r.sums, r.counts = make([]float64, blocks*k*d), make([]int, blocks*k)
	r.inertias, r.changed = make([]float64, blocks), make([]bool, blocks)
	r.wide = mem.Make[float64]((k + maxLanes - 1) / maxLanes * maxLanes * d)
	return r
}

func (r *run) blocks() int { return (r.n + r.block - 1) / r.block }

// start chooses the first centres: points drawn by the seed, each at most once while
// there are enough.
func (r *run) start() {
	clear(r.Centers)
	clear(r.Sizes)
	clear(r.Labels)
	r.Rounds, r.Inertia = 0, 0
	draw := uint64(0)
	for c := 0; c < r.k && r.n > 0; c++ {
		var i int
		for {
			i = int(rng.At(r.seed, draw) % uint64(r.n))
			draw++
			taken := false
			for _, l := range r.Sizes[:c] { // holds who was drawn
				taken = taken || l == i+1
			}
			if !taken || c >= r.n {
				break
			}
		}
		r.Sizes[c] = i + 1
		copy(r.Centers[c*r.d:(c+1)*r.d], r.points[i*r.d:])
	}
	clear(r.Sizes)
}

// do groups the points; assign handles all blocks of points.
func (r *run) do(ctx context.Context, assign func(ctx context.Context) error) error {
	r.p = poll.New(ctx)
	if r.p.Stopped() {
		return r.p.Err()
	}
	r.start()
	for r.Rounds < r.rounds && r.n > 0 {
		copy(r.old, r.Labels)
		r.spread()
		if err := assign(ctx); err != nil {
			return err
		}
		if r.p.Stopped() {
			return r.p.Err()
		}
		first := r.Rounds == 0
		r.Rounds++
		r.join()
		if !first && !slices.Contains(r.changed, true) {
			break
		}
	}
	return nil
}

// result returns what a typed function does, nil if it was stopped.
func (r *run) result(err error) *Result {
	if err != nil {
		return nil
	}
	result := r.Result
	return &result
}

// plain handles blocks [lo, hi) of points.
func (r *run) plain(lo, hi int) {
	for b := lo; b < hi && !r.p.Stopped(); b++ {
		from, to := b*r.block, min((b+1)*r.block, r.n)
		nearest(r.Labels[from:to], r.dist[from:to], r.points[from*r.d:to*r.d], r.d, r.Centers)
		r.tally(b)
	}
}

// nearest finds for each point the nearest centre, the first of equally near ones, and
// the square of its distance.
func nearest(labels []int32, dist, points []float64, d int, centers []float64) {
	for i := range labels {
		x := points[i*d:][:d]
		best, label := math.Inf(1), int32(0)
		for c := 0; c*d < len(centers); c++ {
			y := centers[c*d:][:d]
			sum := 0.0
			for j, v := range x {
				diff := v - y[j]
				sum += float64(diff * diff) // rounded, never fused with the sum
			}
			if sum < best {
				best, label = sum, int32(c)
			}
		}
		labels[i], dist[i] = label, best
	}
}

// tally adds up a block whose labels and distances are known.
func (r *run) tally(b int) {
	from, to := b*r.block, min((b+1)*r.block, r.n)
	sums, counts := r.sums[b*r.k*r.d:(b+1)*r.k*r.d], r.counts[b*r.k:(b+1)*r.k]
	clear(sums)
	clear(counts)
	inertia, changed := 0.0, false
	for i := from; i < to; i++ {
		l := int(r.Labels[i])
		counts[l]++
		sum := sums[l*r.d:][:r.d]
		for j, v := range r.points[i*r.d:][:r.d] {
			sum[j] += v
		}
		inertia += r.dist[i]
		changed = changed || r.Labels[i] != r.old[i]
	}
	r.inertias[b], r.changed[b] = inertia, changed
}

// join adds up the blocks in order and moves the centres. One without points
// stays.
func (r *run) join() {
	clear(r.Sizes)
	r.Inertia = 0
	width := r.k * r.d
	total := r.sums[:width] // the first block's, which is needed no more
	for b := range r.blocks() {
		r.Inertia += r.inertias[b]
		for c := range r.k {
			r.Sizes[c] += r.counts[b*r.k+c]
		}
		for i, v := range r.sums[b*width : (b+1)*width] {
			if b > 0 {
				total[i] += v
			}
		}
	}
	for c, size := range r.Sizes {
		for j := range r.d {
			if size > 0 {
				r.Centers[c*r.d+j] = total[c*r.d+j] / float64(size)
			}
		}
	}
}
