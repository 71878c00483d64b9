package front

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/lower"
	"github.com/weft-go/weft/kernel/internal/native"
	"github.com/weft-go/weft/kernel/internal/supervisor"
)

// Renewing a session.
//
// A plugin can't be closed, and each makes opening the next one and collecting
// garbage slower: after 500 of them a collection takes 50 ms instead of 10. So
// between two cells a session that has opened many is replaced by a fresh one
// with a single package of all that is compiled, to which the values of the
// variables are taken, with what they share (engine's operations dump and
// load). The old session lives until the new one has everything: when
// something can't be taken, nothing has happened, and the user is told once
// what holds it up.

const (
	// renewAfter is how many plugins make a session worth renewing. Opening a
	// plugin and a collection take about the same up to 200 of them, then both
	// grow.
	renewAfter = 150
	// renewAgain is how many more there must be until the next try, when the
	// session could not be renewed.
	renewAgain = 50
	// renewLimit is the largest heap that is carried over, bytes: there are two
	// of it for a moment, and a second is a long time to wait for a cell.
	renewLimit = 512 << 20
)

// A renewal knows when the session is due for renewing.
type renewal struct {
	// between is held while a cell runs and while the session is renewed.
	between sync.Mutex
	every   int                 // instead of renewAfter, if not 0; set before the first cell
	after   int                 // guarded by between: how many plugins are too many, 0 for every
	told    bool                // guarded by between: the user knows why it does not happen
	keeps   string              // guarded by between: what a cell has done that a new session would not know
	of      *supervisor.Session // guarded by between: whose effect that is
}

// enter begins a cell: it waits for a renewal to end.
func (f *Front) enter(name, code string) {
	r := &f.renewal
	r.between.Lock()
	f.mu.Lock()
	s := f.session
	f.mu.Unlock()
	if s != r.of { // one that knows nothing of what the one before it did
		r.of, r.keeps, r.after = s, "", 0
	}
	if r.keeps == "" {
		if word := stateful.FindString(code); word != "" {
			r.keeps = fmt.Sprintf("%s uses %s, whose effect only the session knows", name, strings.Trim(word, "\t =.\"("))
		}
	}
}

// stateful finds, in the text of a cell, what changes the process in a way that
// is not seen in variables, the environment, the directory or goroutines.
// A comment or a string that mentions one is taken for it: then the session
// stays as it is.
var stateful = regexp.MustCompile(`\bAfterFunc\(|\bsignal\.(Notify|Ignore|Reset)|\bStartProcess\(|\.Start\(|\bexec\.|\bSetOutput\(|\bSetFlags\(|\bSetPrefix\(|\bSetDefault\(` +
	`|\bgob\.Register|\bsql\.Register|\bSeed\(|\bGOMAXPROCS\(|\bdebug\.Set|\bSetFinalizer\(|\bAddCleanup\(|\bHandle(Func)?\(|\bDefaultServeMux|\bDefault(Transport|Client)(\.\w+)?\s*=` +
	`|\bexpvar\.|\bflag\.|\bsyscall\.|\bplugin\.|\bunsafe\.|\bos\.Stdin|\bos\.Pipe|\bos\.Std(out|err)\s*=|\bScan(f|ln)?\(|\btime\.Local\s*=|\brpc\.` +
	`|\b(proc|cluster|shm|gil)\.|(?m)^\s*(import\s*)?_ "|^%(get|mod)\b|[^&]&[ \t]*$`)

// leave ends a cell. A session that is due is renewed before the next one
// begins; nobody waits for it meanwhile.
func (f *Front) leave(x *execution) {
	f.end(x)
	e, r := f.engines, &f.renewal
	e.mu.Lock()
	loaded := e.loaded.Plugins
	e.mu.Unlock()
	if loaded < cmp.Or(r.after, r.every, renewAfter) {
		r.between.Unlock()
		return
	}
	f.mu.Lock()
	closed := f.closed
	if !closed {
		f.watching.Go(func() {
			defer r.between.Unlock()
			f.renewOrTell(x, loaded)
		})
	}
	f.mu.Unlock()
	if closed {
		r.between.Unlock()
	}
}

// renewOrTell renews the session, or tells in the output of the cell that ran
// last why that can't be. The caller holds between.
func (f *Front) renewOrTell(x *execution, loaded int) {
	r := &f.renewal
	err := f.renew(f.life)
	if err == nil {
		r.after = 0
		return
	}
	r.after = loaded + renewAgain
	f.opts.Log("renew the session: %v", err)
	var held *heldUp
	if !errors.As(err, &held) || r.told {
		return
	}
	r.told = true
	x.Stderr(fmt.Sprintf("%d compiled packages are loaded, and every further one makes the garbage collector slower. "+
		"They can't be unloaded without losing something: %v. %%reset or a restart of the kernel frees them.\n", loaded, held))
	x.out.flush()
}

// A heldUp says what can't be taken to a new session.
type heldUp struct{ why string }

func (h *heldUp) Error() string { return h.why }

func heldUpBy(format string, args ...any) error { return &heldUp{fmt.Sprintf(format, args...)} }

// renew replaces the session by a new one with the same values. The error is a
// *heldUp when something can't be taken along; then, and after any other error,
// all is as it was. The caller holds between.
func (f *Front) renew(ctx context.Context) (err error) {
	if f.renewal.keeps != "" {
		return heldUpBy("%s", f.renewal.keeps)
	}
	if err := f.engines.compiler(ctx); err != nil {
		return err
	}
	f.restarting.Lock()
	defer f.restarting.Unlock()
	e := f.engines
	e.mu.Lock()
	defer e.mu.Unlock()
	f.mu.Lock()
	old := f.session
	f.mu.Unlock()
	if old == nil || isDead(old) || !e.compiles() {
		return errors.New("there is no session to renew")
	}
	for _, n := range f.world.Names() {
		if n.Kind == check.Import && foreign(n.Type) {
			return heldUpBy("package %s may have state of its own", n.Type)
		}
	}

	dir, err := os.MkdirTemp("", "weft-values-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	v := &values{file: filepath.Join(dir, "values")}
	if v.variables, err = f.take(ctx, old, v.file); err != nil {
		return err
	}
	state := native.New()
	c, src, err := f.writeAll(state, v.variables)
	if err != nil {
		return err
	}
	plugin, err := e.build(ctx, src)
	if err != nil {
		return compileErrors(c, err)
	}
	defer e.tools.Opened(plugin)
	v.types = f.renamed(src)
	fresh := &engines{state: state, interpreted: map[string]bool{}}
	list, err := lower.Declarations(f.world, homes{fresh, nil, false})
	if err != nil {
		return fmt.Errorf("put the variables back: %w", err)
	}

	s, err := f.launch(ctx)
	if err != nil {
		return err
	}
	loaded, err := f.give(ctx, old, s, f.number(list), link.Native{
		Loads: []link.Load{{Path: plugin.Path, File: plugin.File}}, Slots: slots(src)}, v)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	f.mu.Lock()
	closed := f.closed
	if !closed {
		f.session = s
	}
	f.mu.Unlock()
	if closed {
		return errors.Join(errClosed, s.Close())
	}
	f.world.Commit(c)
	f.world.Renewed()
	e.reset()
	e.state = state
	e.state.Loaded(src)
	e.loaded = loaded
	e.tools.Discard(func(path string) bool { return isCell(path) && path != src.Path })
	if err := old.Close(); err != nil {
		f.opts.Log("close the old session: %v", err)
	}
	return nil
}

// isCell says whether a package is one of cells: no session after this one opens
// it.
func isCell(path string) bool { return strings.HasPrefix(path, "nb/c") }

// foreign says whether a package is of a module: neither Go's nor Weft's.
func foreign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".") && !strings.HasPrefix(path, "github.com/weft-go/weft/")
}

// values are what goes from one session to the next.
type values struct {
	file      string
	variables []string          // in the interpreter
	types     map[string]string // the full names of types, as they will be
}

// take has the session write the values of all variables that cells can use.
func (f *Front) take(ctx context.Context, s *supervisor.Session, file string) (variables []string, err error) {
	names := map[string]string{}
	for _, n := range f.world.Names() {
		if n.Kind != check.Var || n.Lost {
			continue
		}
		// A variable that no cell may use needs no value.
		if _, err := f.world.Check("weft", "_ = "+n.Name); err != nil {
			continue
		}
		d := f.world.Decl(n.Name)
		names[d.GoName] = n.Name
		variables = append(variables, d.GoName)
	}
	usage, err := ask(ctx, s, "usage", nil)
	if err != nil {
		return nil, err
	}
	if heap, _ := strconv.ParseInt(usage["heap"], 10, 64); heap > renewLimit {
		return nil, heldUpBy("the values are larger than %d MB", renewLimit>>20)
	}
	answer, err := ask(ctx, s, "dump", map[string]string{"names": strings.Join(variables, ","), "file": file, "all": "1"})
	if err != nil {
		return nil, heldUpBy("%v", err)
	}
	if n := answer["goroutines"]; n != "0" {
		return nil, heldUpBy("goroutines of cells run (%s)", n)
	}
	for _, name := range variables {
		if why := answer["refused "+name]; why != "" {
			return nil, heldUpBy("the variable %s", strings.Replace(why, name, names[name], 1))
		}
	}
	return variables, nil
}

// ask has the session do an operation.
func ask(ctx context.Context, s *supervisor.Session, name string, args map[string]string) (map[string]string, error) {
	done, err := s.Op(ctx, link.Op{Name: name, Args: args})
	if err == nil && done.Error != "" {
		err = errors.New(done.Error)
	}
	return done.Result, err
}

// writeAll writes one package of all that is declared, with the types of the
// variables. The caller holds the engines' mu.
func (f *Front) writeAll(state *native.State, variables []string) (c *check.Cell, src *native.Source, err error) {
	f.world.MoveVariables(true)
	var want []string
	var uses strings.Builder
	for _, n := range f.world.Names() {
		d := f.world.Decl(n.Name)
		switch {
		case d == nil || d.Unit.Broken():
		case d.Kind == check.Func:
			want = append(want, n.Name)
		case d.Kind == check.Type:
			want = append(append(want, n.Name), f.world.Methods(n.Name)...)
		case d.Kind == check.Var && slices.Contains(variables, d.GoName):
			fmt.Fprintf(&uses, "_ = &%s\n", n.Name)
		}
	}
	for {
		// The statements only mention the variables: they never run.
		if c, err = f.world.Check("weft", uses.String(), want...); err != nil {
			return nil, nil, err
		}
		more := slices.DeleteFunc(state.Needs(c), func(n string) bool { return slices.Contains(want, n) })
		if len(more) == 0 {
			break
		}
		want = append(want, more...)
	}
	src, err = state.Write(c, f.engines.path(), native.Options{})
	return c, src, err
}

// renamed tells how the types of the old packages will be called: each lives in
// the new package. The caller holds the engines' mu.
func (f *Front) renamed(src *native.Source) map[string]string {
	types := map[string]string{}
	for i := range f.engines.packages {
		// Of structs without a name, whose fields carry the package.
		types[fmt.Sprintf("nb/c%d", i)] = src.Path
	}
	for _, n := range f.world.Names() {
		if d := f.world.Decl(n.Name); d != nil && d.Kind == check.Type {
			if path, _, ok := f.engines.state.Home(d.Obj); ok {
				types[path+"."+n.Name] = src.Path + "." + n.Name
			}
		}
	}
	return types
}

// give makes the new session what the old one is.
func (f *Front) give(ctx context.Context, old, s *supervisor.Session, files []link.File, n link.Native, v *values) (link.Loaded, error) {
	f.mu.Lock()
	f.runs++
	run := f.runs
	f.mu.Unlock()
	none := link.Loaded{}
	if err := surround(ctx, old, s); err != nil {
		return none, err
	}
	if len(files) > 0 {
		if err := opened(s.Run(link.Run{Cell: run, Name: "restore", Files: files, Waits: true})); err != nil {
			return none, fmt.Errorf("put the variables back: %w", err)
		}
	}
	done, err := s.Run(link.Run{Cell: run, Name: "restore", Native: &n})
	if err = opened(done, err); err != nil {
		return none, fmt.Errorf("open all that is compiled: %w", err)
	}
	types, err := json.Marshal(v.types)
	if err != nil {
		return none, err
	}
	answer, err := ask(ctx, s, "load", map[string]string{"file": v.file, "types": string(types)})
	if err != nil {
		return none, heldUpBy("%v", err)
	}
	got := strings.Split(answer["loaded"], ",")
	for _, name := range v.variables {
		if !slices.Contains(got, name) {
			return none, fmt.Errorf("BUG: the variable %s has not arrived", name)
		}
	}
	if done.Loaded != nil {
		none = *done.Loaded
	}
	return none, nil
}

// surround gives the new session the directory and the environment of the old
// one.
func surround(ctx context.Context, old, s *supervisor.Session) error {
	where, err := ask(ctx, old, "chdir", map[string]string{"dir": "."})
	if err != nil {
		return err
	}
	if _, err := ask(ctx, s, "chdir", where); err != nil {
		return err
	}
	had, err := ask(ctx, old, "environ", nil)
	if err != nil {
		return err
	}
	has, err := ask(ctx, s, "environ", nil)
	if err != nil {
		return err
	}
	for name, value := range had {
		if was, ok := has[name]; !ok || was != value {
			if _, err := ask(ctx, s, "setenv", map[string]string{"name": name, "value": value}); err != nil {
				return err
			}
		}
	}
	for name := range has {
		if _, ok := had[name]; !ok {
			if _, err := ask(ctx, s, "unsetenv", map[string]string{"name": name}); err != nil {
				return err
			}
		}
	}
	return nil
}
