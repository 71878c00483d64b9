package conformance

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/internal/front"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// A kernel runs programs as cells, one after the other, in sessions that serve
// several programs.
type kernel struct {
	opts  Options
	front *front.Front
	used  int // programs since the session was started
	cells int
}

// A screen is where a cell's output goes.
type screen struct {
	mu     sync.Mutex
	stdout strings.Builder
	stderr strings.Builder
	err    *wire.ErrorContent
}

func (s *screen) Stream(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "stdout" {
		s.stdout.WriteString(text)
	} else {
		s.stderr.WriteString(text)
	}
}

func (s *screen) Display(wire.DisplayData)       {}
func (s *screen) UpdateDisplay(wire.DisplayData) {}
func (s *screen) Result(wire.DisplayData)        {}
func (s *screen) ClearOutput(bool)               {}

func (s *screen) Error(e wire.ErrorContent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = &e
	}
}

func (s *screen) Input(context.Context, string, bool) (string, error) {
	return "", errors.New("no input here")
}

// notes are what the front adds to standard error: when a cell calls os.Exit(0),
// and while it compiles a package that a cell is the first to import.
var notes = regexp.MustCompile(`(?m)^(os\.Exit\(0\): the cell ended here; the session goes on|compiling \S+)\n`)

// perSession is how many programs share a session.
const perSession = 20

// start gets a session that works with the chosen engine.
func (k *kernel) start(ctx context.Context) error {
	if k.front != nil && k.used < perSession {
		return nil
	}
	k.stop()
	f, err := front.New(ctx, front.Options{Session: k.opts.Session, Dir: k.opts.Dir, Log: k.opts.Log})
	if err != nil {
		return err
	}
	k.front, k.used = f, 0
	s := &screen{}
	k.cell(ctx, "%engine "+k.opts.Engine, s)
	if s.err != nil {
		return fmt.Errorf("choose the engine: %s", s.err.EValue)
	}
	return nil
}

func (k *kernel) stop() {
	if k.front == nil {
		return
	}
	if err := k.front.Close(context.Background()); err != nil {
		k.opts.Log("close the kernel: %v", err)
	}
	k.front = nil
}

// cell runs one cell and says whether it ended in time.
func (k *kernel) cell(ctx context.Context, text string, s *screen) bool {
	k.cells++
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		k.front.Execute(ctx, &wire.ExecuteRequest{Code: text, Count: k.cells}, s)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(k.opts.Limit):
	}
	k.front.Interrupt()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		k.stop() // ends the session, and the cell with it
		<-ended
	}
	return false
}

// run runs the cells of a program and says how they ended. Declarations of
// programs that are more than one cell are not for the next program.
func (k *kernel) run(ctx context.Context, texts []string) (outcome, error) {
	if err := k.start(ctx); err != nil {
		return outcome{}, err
	}
	k.used++
	if len(texts) > 1 {
		k.used = perSession
	}
	s := &screen{}
	for _, text := range texts {
		if !k.cell(ctx, text, s) {
			k.used = perSession
			return outcome{late: true}, nil
		}
		if s.err != nil {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	got := outcome{stdout: s.stdout.String(), stderr: notes.ReplaceAllString(s.stderr.String(), "")}
	if s.err != nil {
		got.name, got.message = s.err.EName, s.err.EValue
	}
	return got, nil
}

// An outcome is how a program ended as a cell.
type outcome struct {
	stdout        string
	stderr        string
	late          bool   // it took too long
	name, message string // of the cell's error, if there was one
}
