package wordcount

import (
	"context"
	"fmt"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
)

// Kernel describes the package's variants; n is the number of words.
var Kernel = kernels.Kernel{
	Name:  "wordcount",
	Title: "Counting words: map and reduce",
	Doc: `Counts how often each word occurs in a text of *n* words of 20,000, which are as frequent as in a language: the *k*-th
word occurs 1/*k* as often as the first. Workers count parts of the text by themselves and the counts are added up in the
end; as most of the text is a few words, that is little. One table for all needs a lock for each word.

Variants: serial uses a map, serial:hash and all others a hash table of their own; goroutine has a table for each worker,
goroutine:mutex one with a lock, goroutine:sharded 64 of these; process sends parts of the text and gets counts back.
Checksum: Σ FNV-1a(word)·count modulo 2⁶⁴, of which the lower 53 bits are shown.

` + "```go" + `
text := wordcount.Text(1_000_000, 1)
counts, err := wordcount.Serial(text)
counts, err = wordcount.Goroutine(text, 2)
counts[:10]
` + "```",
	Group: kernels.CPU,
	Sources: []string{
		"Dean and Ghemawat, MapReduce: Simplified Data Processing on Large Clusters, OSDI 2004",
		"Fowler, Noll, Vo and Eastlake, The FNV Non-Cryptographic Hash Algorithm, RFC 9923",
	},
	Sizes: kernels.Sizes{Small: 1000, Middle: 100_000, Large: 5_000_000},
	Work: func(n int) kernels.Work {
		return kernels.Work{Bytes: 6.5 * float64(n), Items: float64(n), Unit: "words"}
	},
	Tasks: []proc.Task{countTask},
	Variants: []kernels.Variant{
		{Name: "serial", File: "serial.go", Setup: setup(mapJob)},
		{Name: "serial:hash", File: "serial.go", Setup: setup(hashJob)},
		{Name: "gil", File: "gil.go", Setup: setup(lockJob)},
		{Name: "goroutine", File: "goroutine.go", Setup: setup(teamJob(0))},
		{Name: "goroutine:mutex", File: "goroutine.go", Setup: setup(teamJob(1))},
		{Name: "goroutine:sharded", File: "goroutine.go", Setup: setup(teamJob(64))},
		{Name: "process", File: "process.go", Setup: setup(crewJob)},
	},
}

// A job counts words again and again.
type job struct {
	run   func(ctx context.Context) error
	sum   func() uint64
	close func() error
}

type starter func(text []byte, workers int) (job, error)

func mapJob(text []byte, _ int) (job, error) {
	m := new(mapped)
	return job{
		run: func(ctx context.Context) error { return m.count(poll.New(ctx), text) },
		sum: func() uint64 { return Sum(m.appendTo(nil)) },
	}, nil
}

func hashJob(text []byte, _ int) (job, error) {
	t := newTeam(text, 1, 0, nil)
	return job{run: func(ctx context.Context) error { return t.run(poll.New(ctx)) }, sum: t.sum}, nil
}

func lockJob(text []byte, workers int) (job, error) {
	t := newThreads(text, workers)
	return job{run: t.run, sum: t.table.sum}, nil
}

func teamJob(shards int) starter {
	return func(text []byte, workers int) (job, error) {
		t := newTeam(text, workers, shards, nil)
		return job{run: func(ctx context.Context) error { return t.run(poll.New(ctx)) }, sum: t.sum}, nil
	}
}

func crewJob(text []byte, workers int) (job, error) {
	c, err := newCrew(text, workers)
	if err != nil {
		return job{}, err
	}
	return job{run: c.run, sum: c.whole.sum, close: c.pool.Close}, nil
}

// setup makes a Variant's Setup of a starter.
func setup(start starter) func(context.Context, int, int) (*kernels.Job, error) {
	return func(_ context.Context, n, workers int) (*kernels.Job, error) {
		if err := check(n, workers); err != nil {
			return nil, fmt.Errorf("set up wordcount: %w", err)
		}
		j, err := start(Text(n, 1), workers)
		if err != nil {
			return nil, fmt.Errorf("set up wordcount: %w", err)
		}
		return &kernels.Job{
			Run:      j.run,
			Checksum: func() float64 { return float64(j.sum() & (1<<53 - 1)) },
			Close:    j.close,
		}, nil
	}
}
