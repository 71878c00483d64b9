package server

import (
	"context"

	"github.com/weft-go/weft/kernel/internal/wire"
)

// An output is the Output of one cell. It may live as long as the session and
// holds nothing large: of the request, runCell leaves only the routing.
type output struct {
	s      *Server
	r      *request
	count  int  // of the cell
	silent bool // no result
	stored bool // the cell is in the history
	stdin  bool // the client answers input requests
}

func (o *output) Stream(name, text string) {
	if text == "" {
		return
	}
	if name != "stderr" { // there are only two
		name = "stdout"
	}
	o.s.publish(o.r, "stream", wire.Stream{Name: name, Text: text})
}

func (o *output) Display(d wire.DisplayData) { o.s.publish(o.r, "display_data", d) }

func (o *output) UpdateDisplay(d wire.DisplayData) { o.s.publish(o.r, "update_display_data", d) }

func (o *output) Result(d wire.DisplayData) {
	if o.silent {
		return
	}
	if text, ok := d.Data["text/plain"].(string); ok && o.stored {
		o.s.history.SetOutput(o.count, text)
	}
	o.s.publish(o.r, "execute_result", wire.ExecuteResult{DisplayData: d, ExecutionCount: o.count})
}

func (o *output) ClearOutput(wait bool) {
	o.s.publish(o.r, "clear_output", wire.ClearOutput{Wait: wait})
}

func (o *output) Error(e wire.ErrorContent) { o.s.publish(o.r, "error", e) }

func (o *output) Input(ctx context.Context, prompt string, password bool) (string, error) {
	if !o.stdin {
		return "", ErrNoInput
	}
	return o.s.ask(ctx, o.r, prompt, password)
}
