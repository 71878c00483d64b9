package front

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/cell"
	"github.com/weft-go/weft/kernel/internal/check"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/toolchain"
	"github.com/weft-go/weft/kernel/measure"
)

// program builds a cell that is a whole program and runs it as a process of its
// own, as go run does: it shares nothing with the session, and its exit status
// is the cell's.
func (x *execution) program(ctx context.Context, c *check.Cell, m *link.Measure) error {
	f := x.front
	exe, err := f.engines.tools.Program(ctx, []toolchain.File{{Name: x.name, Text: programText(c)}}, false)
	if err != nil {
		return compileErrors(c, err)
	}
	s, err := f.alive()
	if err != nil {
		return err
	}
	var arguments []string
	if len(f.opts.Arguments) > 1 {
		arguments = f.opts.Arguments[1:]
	}
	argv, err := json.Marshal(arguments)
	if err != nil {
		return err
	}
	began := time.Now()
	done, err := s.Op(ctx, link.Op{Cell: x.run, Name: "program", Args: map[string]string{"path": exe, "argv": string(argv)}})
	wall := time.Since(began)
	switch {
	case err != nil:
		return x.died(ctx, err)
	case done.Error == "interrupted":
		return &ending{Done: link.Done{Status: link.Interrupted}}
	case done.Error != "":
		return errors.New(done.Error)
	}
	if m != nil {
		user, _ := strconv.ParseInt(done.Result["user"], 10, 64)
		system, _ := strconv.ParseInt(done.Result["system"], 10, 64)
		t := measure.Timing{Text: m.Text, Engine: "compiled, a process of its own", Wall: wall,
			CPU: measure.CPU{User: time.Duration(user), System: time.Duration(system)}}
		x.Stdout(t.String() + "\n")
	}
	return programError(done.Result)
}

// programError is the error of a program that did not end well.
func programError(r map[string]string) error {
	if sig := r["signal"]; sig != "" {
		return &exited{status: "signal: " + sig}
	}
	code, _ := strconv.Atoi(r["code"])
	if code == 0 {
		return nil
	}
	e := &exited{status: fmt.Sprintf("exit status %d", code)}
	if code == 2 {
		e.crash = supervisor.ReadCrash([]byte(r["stderr"]))
	}
	return e
}

// An exited is the end of a program with another status than 0.
type exited struct {
	status string
	crash  *supervisor.Crash // of a panic or a fatal error; nil for others
}

func (e *exited) Error() string {
	if e.crash != nil {
		return e.crash.Error()
	}
	return e.status
}

// programText is the text of a program with the import lines that it leaves
// out, on the lines that it has in its cell.
func programText(c *check.Cell) string {
	have := map[string]bool{}
	for _, i := range c.Main.File.Imports {
		have[strings.Trim(i.Path.Value, `"`)] = true
	}
	var lines []string
	for _, o := range c.Info.Uses {
		p, ok := o.(*types.PkgName)
		if !ok || p.Pos().IsValid() || have[p.Imported().Path()] {
			continue
		}
		line := "import " + p.Name() + " " + strconv.Quote(p.Imported().Path())
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	text := "//line " + c.Name + ":1:1\n" + c.Source
	chunks, err := cell.Chunks(c.Source)
	if err != nil || len(lines) == 0 {
		return text
	}
	at := len(text) - len(c.Source) + chunks[0].End // of the package clause
	return text[:at] + ";" + strings.Join(lines, ";") + text[at:]
}
