package front

import (
	"context"
	"fmt"
	"strings"

	"github.com/weft-go/weft/kernel/internal/figure"
	"github.com/weft-go/weft/kernel/internal/magic"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// An execution is one cell on its way.
type execution struct {
	front *Front
	name  string // "cell[3]"
	run   int    // the number under which the session knows it
	out   *output
	pages []map[string]any // payload of the reply: texts for the pager

	report []byte        // of the last measurement: what the session made for its magic
	warm   chan struct{} // of the last measurement: closed when charts can be drawn

	stopped bool // guarded by front.mu: an interrupt came

	instrument string // for the run under way: see Measurement.Instrument
}

// Execute implements server.Session: it runs one cell to its end.
func (f *Front) Execute(ctx context.Context, req *wire.ExecuteRequest, to Output) *wire.ExecuteReply {
	name := fmt.Sprintf("cell[%d]", req.Count)
	f.enter(name, req.Code)
	x := f.begin(name, to)
	defer f.leave(x)
	f.sources.add(x.name, req.Code)
	if strings.Contains(req.Code, "chart") {
		go figure.Warm()
	}
	err := x.Cell(ctx, req.Code)
	x.out.flush()
	x.out.closeSpill()
	reply := &wire.ExecuteReply{Status: wire.OK, ExecutionCount: req.Count, Payload: x.pages}
	if err != nil {
		e := f.explain(err)
		x.out.inOrder(func(to Output) { to.Error(e) })
		reply.Status = wire.Error
		reply.EName, reply.EValue, reply.Traceback = e.EName, e.EValue, e.Traceback
		return reply
	}
	if len(req.UserExpressions) > 0 {
		reply.UserExpressions = f.evaluate(ctx, x.name, req.UserExpressions)
	}
	return reply
}

// begin opens an execution with an output of its own.
func (f *Front) begin(name string, to Output) *execution {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs++
	x := &execution{front: f, name: name, run: f.runs, out: newOutput(name, to, f.opts.OutputLimit)}
	f.outputs[x.run] = x.out
	f.current = x
	return x
}

func (f *Front) end(*execution) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.current, f.stop = nil, nil
}

// Cell runs the segments of a cell in order, up to the first error. It implements
// magic.Env, too.
func (x *execution) Cell(ctx context.Context, code string) error {
	segments, err := magic.Split(code)
	if err != nil {
		return err
	}
	for _, s := range segments {
		if s.Call != nil {
			err = magic.Magics.Run(ctx, x, *s.Call)
		} else if strings.TrimSpace(s.Text) != "" {
			// Lines above keep the numbers of the lines below.
			err = x.golang(ctx, strings.Repeat("\n", s.Line-1)+s.Text, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluate computes a request's user expressions: each is a cell that shows
// its value to nobody but the reply.
func (f *Front) evaluate(ctx context.Context, name string, expressions map[string]string) map[string]any {
	values := map[string]any{}
	for key, text := range expressions {
		var c capture
		x := f.begin(name, &c)
		err := x.golang(ctx, text, nil)
		f.end(x)
		f.forget(x)
		if err != nil {
			e := f.explain(err)
			values[key] = map[string]any{"status": "error", "ename": e.EName, "evalue": e.EValue, "traceback": e.Traceback}
			continue
		}
		if c.result.Data == nil {
			c.result.Data = map[string]any{}
		}
		values[key] = map[string]any{"status": "ok", "data": c.result.Data, "metadata": or(c.result.Metadata)}
	}
	return values
}

// forget drops the output of an execution that can't have late output.
func (f *Front) forget(x *execution) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.outputs, x.run)
}

func or(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
