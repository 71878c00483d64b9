package engine

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/weft-go/weft/runtime/proc"
)

// carried are variables on their way to a worker. Most go as they go to a new
// session (dump.go). What package dump does not understand, such as a lock of
// package proc, goes as a gob if it can.
type carried struct {
	Dump []byte            `json:"dump,omitempty"`
	Gobs map[string][]byte `json:"gobs,omitempty"`
	Left map[string]string `json:"left,omitempty"` // those that are perhaps used, and why they don't go
}

// valuesFor writes the variables that a function needs, nil if it needs none.
// A variable that it surely mentions and that can't be sent is an error.
func (s *session) valuesFor(function string) ([]byte, error) {
	sure, perhaps := s.variablesOfFunction(function)
	names := append(sure, perhaps...)
	if len(names) == 0 {
		return nil, nil
	}
	c := carried{Gobs: map[string][]byte{}, Left: map[string]string{}}
	var plain []string
	for i, name := range names {
		s.compiling.Lock()
		slot, ok := s.slot(name)
		s.compiling.Unlock()
		if !ok {
			continue
		}
		if sent, err := gobOf(*slot); err == nil && sent != nil {
			c.Gobs[name] = sent
			continue
		}
		why := s.carries(name, *slot)
		switch {
		case why == "":
			plain = append(plain, name)
		case i < len(sure):
			return nil, fmt.Errorf("function %s can't run in a worker: it uses the variable %s", function, why)
		default:
			c.Left[name] = why
		}
	}
	if len(plain) > 0 {
		file, err := os.CreateTemp("", "weft-values-")
		if err != nil {
			return nil, err
		}
		defer os.Remove(file.Name())
		file.Close()
		if _, err := dump(context.Background(), s, map[string]string{"names": strings.Join(plain, ","), "file": file.Name(), "running": "1"}); err != nil {
			return nil, err
		}
		if c.Dump, err = os.ReadFile(file.Name()); err != nil {
			return nil, err
		}
	}
	return json.Marshal(c)
}

// carries says why a variable can't be sent, "" if it can.
func (s *session) carries(name string, slot reflect.Value) string {
	s.compiling.Lock()
	defer s.compiling.Unlock()
	index := s.newTypeIndex(nil)
	index.add(slot.Type())
	if err := newSurvey(newTypeJudge(s), index).variable(name, slot); err != nil {
		return err.Error()
	}
	return ""
}

// gobOf writes a variable whose type has an encoding of its own, or is a
// collection of such: those of packages proc and shm. nil for all others.
func gobOf(slot reflect.Value) ([]byte, error) {
	if !ownEncoding(slot.Type(), 0) {
		return nil, nil
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).EncodeValue(box(slot))
	return b.Bytes(), err
}

// box puts a value into a struct, so that a nil pointer can be encoded.
func box(v reflect.Value) reflect.Value {
	b := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "V", Type: v.Type()}})).Elem()
	b.Field(0).Set(v)
	return b
}

func ownEncoding(t reflect.Type, depth int) bool {
	if depth > 4 {
		return false
	}
	if strings.HasSuffix(t.PkgPath(), "weft/runtime/proc") || strings.HasSuffix(t.PkgPath(), "weft/runtime/shm") {
		return reflect.PointerTo(t).Implements(reflect.TypeFor[gob.GobEncoder]())
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return ownEncoding(t.Elem(), depth+1)
	}
	return false
}

// arrive gives the variables of a worker their values.
func (s *session) arrive(b []byte) error {
	var c carried
	if err := json.Unmarshal(b, &c); err != nil {
		return err
	}
	for name, sent := range c.Gobs {
		s.compiling.Lock()
		slot, ok := s.slot(name)
		s.compiling.Unlock()
		if !ok {
			return fmt.Errorf("the worker has no variable %s", name)
		}
		v := box(reflect.Zero(slot.Type())).Addr()
		if err := gob.NewDecoder(bytes.NewReader(sent)).DecodeValue(v); err != nil {
			return fmt.Errorf("take over the variable %s: %w", name, err)
		}
		slot.Set(v.Elem().Field(0))
	}
	if len(c.Dump) == 0 {
		return nil
	}
	file, err := os.CreateTemp("", "weft-values-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(c.Dump)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	_, err = undump(context.Background(), s, map[string]string{"file": file.Name()})
	return err
}

// A workerSession is a session in a worker process, which begins with the first
// function of a cell.
type workerSession struct{ s *session }

// nowhere is the link of a session without a front: what it sends goes to the
// process that it works for.
type nowhere struct{}

func (nowhere) Read([]byte) (int, error) { select {} }

func (nowhere) Write(frame []byte) (int, error) {
	if err := proc.Output(frame); err != nil {
		return 0, err
	}
	return len(frame), nil
}

// load is a Host's Load.
func (w *workerSession) load(delta, values []byte) error {
	if w.s == nil {
		s, err := newSession(nowhere{})
		if err != nil {
			return err
		}
		s.worker = true
		w.s = s
	}
	if len(delta) > 0 {
		var entries []entry
		if err := json.Unmarshal(delta, &entries); err != nil {
			return err
		}
		for _, e := range entries {
			if err := w.s.replay(e); err != nil {
				return fmt.Errorf("put the cells' declarations into a worker: %w", err)
			}
		}
	}
	if len(values) > 0 {
		if err := w.s.arrive(values); err != nil {
			return fmt.Errorf("put the cells' variables into a worker: %w", err)
		}
	}
	return nil
}

// replay does what an entry of the journal says.
func (s *session) replay(e entry) error {
	if n := e.Native; n != nil {
		if _, err := s.load(n.Loads); err != nil {
			return err
		}
		if len(n.Slots) > 0 {
			return s.makeSlots(n.Slots)
		}
	}
	for _, f := range e.Files {
		program, variables, err := s.compile(f, e.Defined)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		s.traces.register(f, program)
		_, err = s.interp.Execute(program)
		s.retell(variables)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// task is a Host's Task.
func (w *workerSession) task(name string) (proc.Task, error) {
	if w.s == nil {
		return proc.Task{}, fmt.Errorf("the worker was not told of the function %s", name)
	}
	f, ok := w.s.newestForm(name)
	if !ok {
		return proc.Task{}, fmt.Errorf("the worker has no function %s", name)
	}
	t, err := proc.TaskOf(name, f)
	if err != nil {
		return t, err
	}
	return t.Wrap(w.s.protected), nil
}

// compiledPlace finds a place in a cell in a traceback.
var compiledPlace = regexp.MustCompile(`\bcell\[\d+\]:\d+`)

// protected calls a function of a cell: a panic becomes an error in the words
// of cells, and what it has printed is sent.
func (s *session) protected(call func() error) (err error) {
	defer s.out.flush()
	defer func() {
		if v := recover(); v != nil {
			_, text := describe(v)
			err = errors.New("panic: " + text)
			place := string(compiledPlace.Find(debug.Stack()))
			if at := s.traces.last(); len(at) > 0 && at[0].Line > 0 {
				place = fmt.Sprintf("%s:%d", at[0].File, at[0].Line)
			}
			if place != "" {
				err = fmt.Errorf("panic: %s (%s)", text, place)
			}
		}
	}()
	s.traces.reset()
	return call()
}
