package bench

import (
	"context"
	"slices"
	"time"

	"github.com/weft-go/weft/kernels"
	"github.com/weft-go/weft/kernels/yardstick"
	"github.com/weft-go/weft/runtime/counters"
)

// contenders lists who takes part in a block: variants, then peers.
func (o *Options) contenders(harness *yardstick.Harness, k *kernels.Kernel, n int) []*contender {
	var all []*contender
	workers := o.workers(k)
	for _, v := range o.variants(k, n) {
		counts := workers
		if !v.Parallel() {
			counts = []int{1}
		}
		for _, w := range counts {
			all = append(all, variant(k, v, n, w))
		}
	}
	if harness == nil {
		return all
	}
	mine := all
	for _, p := range yardstick.Peers(k.Name) {
		if !p.Does(n) {
			continue
		}
		counts := workers
		if p.Serial {
			counts = []int{1}
		}
		for _, w := range counts {
			if rivals(p, w, mine) {
				all = append(all, peer(harness, k, p, n, w))
			}
		}
	}
	return all
}

// rivals reports whether a peer on a number of workers can be compared with one
// of ours that is measured.
func rivals(p *yardstick.Peer, workers int, mine []*contender) bool {
	return slices.ContainsFunc(mine, func(c *contender) bool {
		return (c.result.Workers == workers || p.Anyhow) && slices.Contains(slices.Concat(p.Against...), c.result.Variant)
	})
}

// variant makes a contender of one of ours.
func variant(k *kernels.Kernel, v *kernels.Variant, n, workers int) *contender {
	c := &contender{result: &Result{System: ours, Variant: v.Name, Workers: workers, Samples: []Sample{}, label: v.Name}}
	if v.Needs != nil {
		if err := v.Needs(); err != nil {
			c.result.Problem = "this machine can't run it: " + err.Error()
		}
	}
	processes := v.Approach() == "process" || v.Approach() == "manager"
	c.start = func(ctx context.Context) (runner, error) {
		if k == &ForkJoin {
			return newLoops(v.Name, n, workers)
		}
		job, err := v.Setup(ctx, n, workers)
		if err != nil {
			return nil, err
		}
		return &jobRunner{job, processes}, nil
	}
	return c
}

// A jobRunner runs a kernel's job in this process.
type jobRunner struct {
	job       *kernels.Job
	processes bool // its workers are processes
}

func (r *jobRunner) run(ctx context.Context, times int) (Sample, error) {
	before := usageBefore(r.processes)
	from := time.Now()
	for range times {
		if err := r.job.Run(ctx); err != nil {
			return Sample{}, err
		}
	}
	wall := time.Since(from)
	s := sample(wall, usageAfter(r.processes).since(before), times)
	s.Checksum = r.job.Checksum()
	return s, nil
}

func (r *jobRunner) settle()      { time.Sleep(rest) }
func (r *jobRunner) note() string { return "" }
func (r *jobRunner) close() error {
	if r.job.Close == nil {
		return nil
	}
	return r.job.Close()
}

// peer makes a contender of another system.
func peer(harness *yardstick.Harness, k *kernels.Kernel, p *yardstick.Peer, n, workers int) *contender {
	c := &contender{
		result: &Result{System: p.System, Variant: p.Variant, Workers: workers, Samples: []Sample{}, Against: p.Against, Anyhow: p.Anyhow, label: p.Label()},
		tol:    p.Tol,
	}
	made, err := harness.Versions(p)
	if err != nil {
		c.result.Problem = err.Error()
	}
	c.result.Made = made
	c.start = func(ctx context.Context) (runner, error) {
		var env []string
		end := func() {}
		if begin := surroundings[k.Name]; begin != nil {
			var err error
			if env, end, err = begin(); err != nil {
				return nil, err
			}
		}
		w, err := harness.Start(ctx, p, n, workers, env...)
		if err != nil {
			end()
			return nil, err
		}
		r := &peerRunner{worker: w, end: end, loops: 1}
		if k == &ForkJoin {
			r.loops = n
		}
		return r, nil
	}
	return c
}

// A peerRunner has a peer's process do the work.
type peerRunner struct {
	worker *yardstick.Worker
	end    func() // ends its surroundings
	loops  int    // figures are to be divided by
}

func (r *peerRunner) run(ctx context.Context, times int) (Sample, error) {
	before := counters.ReadThreads(r.worker.Pid())
	s, err := r.worker.Run(ctx, times)
	if err != nil {
		return Sample{}, err
	}
	waited, _ := counters.ReadThreads(r.worker.Pid()).Waited(before)
	of := sample(s.Wall, used{s.User, s.System, seconds(waited)}, times*r.loops)
	of.Checksum = s.Checksum
	if r.loops > 1 {
		of.Wait = 0 // as in ForkJoin's own runner
	}
	return of, nil
}

// settle waits until the peer's threads, which may spin for a while, have come
// to rest.
func (r *peerRunner) settle() {
	time.Sleep(rest)
	for from := time.Now(); time.Since(from) < mostRest; {
		before := counters.ReadThreads(r.worker.Pid()).Run()
		time.Sleep(rest)
		if counters.ReadThreads(r.worker.Pid()).Run()-before < rest.Seconds()/10 {
			return
		}
	}
}

func (r *peerRunner) note() string { return r.worker.Note }

func (r *peerRunner) close() error {
	defer r.end()
	return r.worker.Close()
}
