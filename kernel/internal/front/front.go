// Package front is one notebook's life in the process that survives: it takes
// cells apart, checks and lowers them, has the session run them, and brings
// what they print and show to their outputs. It holds no sockets: the server
// and the headless runner both drive it.
//
// The way of a cell: Execute (execute.go) splits it into magics and Go text;
// Go text is checked, lowered and run (run.go); what the session sends comes
// back through events.go into the cell's output, which gathers text
// (output.go); errors are worded in errors.go; restart.go replaces a session
// that died.
package front

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/export"
	"github.com/weft-go/weft/kernel/internal/server"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/toolchain"
)

var _ server.Session = (*Front)(nil)

// An Output is where one cell's output goes.
type Output = server.Output

// Options say how a Front works.
type Options struct {
	Session     string   // path of the session's binary; "" as supervisor.Options.Path
	Arguments   []string // os.Args of the cells; nil for none of their own
	Dir         string   // where cells run; "" for the current directory
	Engine      string   // what runs Go text: "auto" (or ""), "interp" or "native"
	Memory      int64    // bytes the session may use; 0 for supervisor.DefaultMemory
	OutputLimit int64    // bytes of a cell's text that are shown; 0 for DefaultOutputLimit, negative for no limit
	Log         func(format string, args ...any)
}

// DefaultOutputLimit is how much text of one cell is shown, bytes; the rest
// goes to a file.
const DefaultOutputLimit = 10 << 20

// A Front keeps one notebook's names and its session. Execute is called by one
// goroutine at a time; the other methods at any time.
type Front struct {
	opts    Options
	world   *check.World
	sources sources
	engines *engines
	modules *modules
	life    context.Context    // of what goes on in the background
	cancel  context.CancelFunc // ends it

	restarting sync.Mutex // held while a session is replaced; taken before mu
	renewal    renewal

	mu       sync.Mutex
	session  *supervisor.Session // guarded by mu; nil while there is none
	outputs  map[int]*output     // guarded by mu; by the number of the run
	runs     int                 // guarded by mu: the last run's number
	files    int                 // guarded by mu: the last file's number
	settings []setting           // guarded by mu: what a new session must be told
	notes    map[string]string   // guarded by mu: what magics remember
	stop     context.CancelFunc  // guarded by mu: ends the input that waits
	current  *execution          // guarded by mu: the cell that runs
	closed   bool                // guarded by mu
	watching sync.WaitGroup      // what waits for the session's death, and the background
}

// New makes a Front and starts its session.
func New(ctx context.Context, o Options) (*Front, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.OutputLimit == 0 {
		o.OutputLimit = DefaultOutputLimit
	}
	importer := export.New()
	f := &Front{opts: o, world: check.NewWorld(importer), outputs: map[int]*output{}}
	session, err := supervisor.Binary(o.Session)
	if err != nil {
		return nil, err
	}
	tools := toolchain.New(toolchain.Options{SessionBinary: session, Modules: func() string { return f.modules.Dir() }, Log: o.Log})
	f.modules = newModules(importer, session, f.environ, tools)
	f.engines = newEngines(tools, o.Engine)
	s, err := f.launch(ctx)
	if err != nil {
		return nil, err
	}
	f.session = s
	f.life, f.cancel = context.WithCancel(context.Background())
	f.watching.Go(func() { f.background(f.life) })
	return f, nil
}

// launch starts a session process.
func (f *Front) launch(ctx context.Context) (*supervisor.Session, error) {
	e := &events{front: f, session: make(chan *supervisor.Session, 1)}
	s, err := supervisor.Start(ctx, supervisor.Options{
		Path:   f.opts.Session,
		Args:   f.opts.Arguments,
		Dir:    f.opts.Dir,
		Memory: f.opts.Memory,
		Log:    f.opts.Log,
	}, e)
	if err != nil {
		return nil, fmt.Errorf("start the session: %w", err)
	}
	e.set(s)
	f.watching.Go(func() { f.watch(s) })
	return s, nil
}

// Interrupt stops the running cell; without one it does nothing.
func (f *Front) Interrupt() {
	f.mu.Lock()
	x := f.current
	if x != nil {
		x.stopped = true
	}
	f.mu.Unlock()
	if x != nil && f.interrupt(x) {
		// It may have come between the check of a cell and its run.
		go func() {
			for range interruptAgain {
				time.Sleep(30 * time.Millisecond)
				if !f.interrupt(x) {
					return
				}
			}
		}()
	}
}

// interruptAgain is how often an interrupt is repeated while its cell runs.
const interruptAgain = 5

// interrupt tells the session to stop if x still runs.
func (f *Front) interrupt(x *execution) bool {
	f.mu.Lock()
	s, stop, runs := f.session, f.stop, f.current == x
	f.mu.Unlock()
	if !runs {
		return false
	}
	if stop != nil {
		stop()
	}
	if s != nil {
		s.Interrupt()
	}
	return true
}

// Close ends the session.
func (f *Front) Close(context.Context) error {
	f.mu.Lock()
	f.closed = true
	s := f.session
	f.session = nil
	outputs := f.outputs
	f.outputs = map[int]*output{}
	f.mu.Unlock()
	f.cancel()
	var err error
	if s != nil {
		err = s.Close()
	}
	f.watching.Wait()
	err = errors.Join(err, f.engines.tools.Close(), f.modules.Close())
	for _, o := range outputs {
		o.flush()
	}
	return err
}
