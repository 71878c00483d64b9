package front

import (
	"context"
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/lower"
	"github.com/weft-go/weft/kernel/internal/supervisor"
)

// A setting is an operation that a new session must be told: the directory
// and the environment that cells have set by magics.
type setting struct {
	op   string
	args map[string]string
}

// errClosed comes from whatever needs a session after Close.
var errClosed = errors.New("the kernel is shutting down")

// alive returns the session, after replacing one that has died meanwhile.
func (f *Front) alive() (*supervisor.Session, error) {
	f.restarting.Lock()
	defer f.restarting.Unlock()
	f.mu.Lock()
	s, closed := f.session, f.closed
	f.mu.Unlock()
	if closed {
		return nil, errClosed
	}
	if s != nil && !isDead(s) {
		return s, nil
	}
	if _, err := f.replace(context.Background(), ""); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.session, nil
}

func isDead(s *supervisor.Session) bool {
	select {
	case <-s.Dead():
		return true
	default:
		return false
	}
}

// restart is replace for whoever does not hold restarting.
func (f *Front) restart(ctx context.Context, cell string) ([]check.Name, error) {
	f.restarting.Lock()
	defer f.restarting.Unlock()
	return f.replace(ctx, cell)
}

// replace starts a new session and puts the declarations back: imports, types,
// constants and functions, without running anything. It returns the variables
// whose values are lost. cell names the cell in which the old one died. The
// caller holds restarting.
func (f *Front) replace(ctx context.Context, cell string) ([]check.Name, error) {
	f.mu.Lock()
	old := f.session
	f.session = nil
	settings := f.settings
	f.mu.Unlock()
	if old != nil {
		if err := old.Close(); err != nil {
			f.opts.Log("close the session: %v", err)
		}
	}
	s, err := f.launch(ctx)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil, errors.Join(errClosed, s.Close())
	}
	f.session = s
	f.runs++
	run := f.runs
	f.mu.Unlock()

	for _, set := range settings {
		if done, err := s.Op(ctx, link.Op{Cell: run, Name: set.op, Args: set.args}); err != nil || done.Error != "" {
			f.opts.Log("repeat %s %v in the new session: %v %s", set.op, set.args, err, done.Error)
		}
	}
	e := f.engines
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reset()
	e.tools.Discard(isCell)
	lost := f.world.Lose(cell)
	list, err := lower.Declarations(f.world, e.restored(f.world))
	if err != nil {
		return lost, fmt.Errorf("put the declarations back: %w", err)
	}
	if len(list) == 0 {
		return lost, nil
	}
	tables, err := f.modules.bind(ctx, nil, f.modules.foreign(list))
	if err != nil {
		return lost, fmt.Errorf("put the declarations back: %w", err)
	}
	done, err := s.Run(link.Run{Cell: run, Name: "restore", Files: f.number(list), Waits: true, Native: tables})
	if err == nil && done.Status != link.OK {
		err = fmt.Errorf("put the declarations back: %s", done.Message)
	}
	return lost, err
}

// watch waits for a session's death. When it comes between two cells, of a
// goroutine that a cell left behind, that cell is told and the session
// replaced; during a cell, Execute does both.
func (f *Front) watch(s *supervisor.Session) {
	<-s.Dead()
	crash := s.Crash()
	f.restarting.Lock()
	f.mu.Lock()
	mine := f.session == s && !f.closed && f.current == nil
	f.mu.Unlock()
	if crash == nil || !mine {
		f.restarting.Unlock()
		return
	}
	lost, err := f.replace(context.Background(), f.cellOf(crash.Cell))
	f.restarting.Unlock()
	if err != nil {
		f.opts.Log("replace the session: %v", err)
	}
	if o := f.outputOf(crash.Cell); o != nil {
		e := f.explain(&death{crash: crash, lost: lost})
		o.inOrder(func(to Output) { to.Error(e) })
	}
}

// cellOf names the cell of a run.
func (f *Front) cellOf(run int) string {
	if o := f.outputOf(run); o != nil {
		return o.cell
	}
	return "an earlier cell"
}
