package diffusion

import (
	"context"
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/runtime/proc"
	"github.com/weft-go/weft/runtime/shm"
)

// Process is [Serial] in worker processes (0: as many as GOMAXPROCS), each with
// its rows of grids in memory that they share. After each step they wait for one
// another with a condition variable, Python's Condition. Starting them, and
// copying the grid into that memory and back, is a part of the call. Bad
// arguments are an error. The program must call proc.Main with the Kernel's
// Tasks, as a session does.
func Process(g *Grid, steps, workers int) (result *Grid, err error) {
	if err := checkRun(g, steps, workers); err != nil {
		return nil, fmt.Errorf("diffusion: %w", err)
	}
	f, err := newFarm(g, steps, workers)
	if err != nil {
		return nil, fmt.Errorf("diffusion: %w", err)
	}
	defer func() {
		if e := f.close(); err == nil {
			err = e
		}
	}()
	if err := f.run(context.Background()); err != nil {
		return nil, fmt.Errorf("diffusion: %w", err)
	}
	shared := f.result(steps)
	result = New(g.Rows, g.Cols)
	copy(result.Cells, shared.Cells) // what is shared ends with the farm
	result.Steps = shared.Steps
	return result, nil
}

// A farm is a twin whose grids are in shared memory, and its worker processes.
type farm struct {
	*twin
	pool   *proc.Pool
	memory *shm.Float64s // the start and the two others
	meet   *shm.Ints     // the two numbers of a meeting
	plots  []plot
}

// A plot is what a worker process is asked for: rows [Lo, Hi) in all steps.
type plot struct {
	Rows, Cols, Steps int
	Lo, Hi, Workers   int
	Memory, Meet      shm.Handle
	Turn              *proc.Condition
}

func newFarm(start *Grid, steps, workers int) (f *farm, err error) {
	f = &farm{}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	n := len(start.Cells)
	if f.memory, err = shm.NewFloat64s(max(1, 3*n)); err != nil {
		return nil, err
	}
	if f.meet, err = shm.NewInts(2); err != nil {
		return nil, err
	}
	turn, err := proc.NewCondition()
	if err != nil {
		return nil, err
	}
	f.twin = shared(f.memory.Data, start.Rows, start.Cols, steps)
	f.start.Steps = start.Steps
	copy(f.start.Cells, start.Cells)
	workers = atMost(workers, start.Rows)
	for i := range workers {
		f.plots = append(f.plots, plot{
			Rows: start.Rows, Cols: start.Cols, Steps: steps,
			Lo: start.Rows * i / workers, Hi: start.Rows * (i + 1) / workers, Workers: workers,
			Memory: f.memory.Handle(), Meet: f.meet.Handle(), Turn: turn,
		})
	}
	// Who begins again would be steps behind the others.
	f.pool, err = proc.NewPool(workers, proc.Retries(0))
	return f, err
}

// shared returns a twin whose grids are in one slice, the start first.
func shared(memory []float64, rows, cols, steps int) *twin {
	n := rows * cols
	grid := func(i int) *Grid { return &Grid{Rows: rows, Cols: cols, Cells: memory[i*n:][:n]} }
	return &twin{grid(0), steps, [2]*Grid{grid(1), grid(2)}}
}

func (f *farm) run(ctx context.Context) error {
	clear(f.meet.Data)
	_, err := proc.Map[plot, struct{}](ctx, f.pool, stepTask.Name(), f.plots, proc.Chunk(1))
	return err
}

func (f *farm) close() error {
	var errs []error
	if f.pool != nil {
		errs = append(errs, f.pool.Close())
	}
	if f.memory != nil {
		errs = append(errs, f.memory.Close())
	}
	if f.meet != nil {
		errs = append(errs, f.meet.Close())
	}
	return errors.Join(errs...)
}

var stepTask = proc.NewTask("diffusion.steps", func(ctx context.Context, p plot) (none struct{}, err error) {
	memory, err := shm.AttachFloat64s(p.Memory)
	if err != nil {
		return none, err
	}
	defer memory.Close()
	meet, err := shm.AttachInts(p.Meet)
	if err != nil {
		return none, err
	}
	defer meet.Close()
	ask := poll.New(ctx)
	t := shared(memory.Data, p.Rows, p.Cols, p.Steps)
	for step := range p.Steps {
		if err := sweep(ask, t.after(step+1), t.after(step), p.Lo, p.Hi); err != nil {
			return none, err
		}
		if err := p.wait(meet.Data); err != nil {
			return none, err
		}
	}
	return none, nil
})

// wait returns when all workers have called it: meet[0] says how many have, in
// the turn meet[1].
func (p *plot) wait(meet []int) error {
	if err := p.Turn.Lock(); err != nil {
		return err
	}
	turn := meet[1]
	if meet[0]++; meet[0] == p.Workers {
		meet[0] = 0
		meet[1]++
		p.Turn.NotifyAll()
	} else if err := p.Turn.WaitFor(func() bool { return meet[1] != turn }); err != nil {
		return err
	}
	return p.Turn.Unlock()
}
