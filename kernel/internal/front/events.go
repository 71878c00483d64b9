package front

import (
	"context"

	"github.com/weft-go/weft/kernel/internal/figure"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/supervisor"
	"github.com/weft-go/weft/kernel/internal/wire"
)

// events brings what a session sends to the outputs of its cells.
type events struct {
	front   *Front
	session chan *supervisor.Session // holds the session once Start has returned
}

func (e *events) set(s *supervisor.Session) {
	e.session <- s
}

// Stream implements supervisor.Events.
func (e *events) Stream(cell int, name string, text []byte) {
	if o := e.front.outputOf(cell); o != nil {
		o.write(name, text)
	}
}

// Display implements supervisor.Events.
func (e *events) Display(d link.Display) {
	o := e.front.outputOf(d.Cell)
	if o == nil {
		return
	}
	data := displayData(d.Data, d.Metadata)
	if d.ID != "" {
		data.Transient = map[string]any{"display_id": d.ID}
	}
	if show, ok := displays[d.Op]; ok {
		o.inOrder(func(to Output) { show(to, data, d.Wait) })
	}
}

// displayData makes of what a session shows what clients know: charts become
// pictures, results of measurements metadata.
func displayData(data, metadata map[string]any) wire.DisplayData {
	data, metadata = figure.Bundle(data, metadata)
	return wire.DisplayData{Data: data, Metadata: metadata}
}

// displays says what is done with each operation of a link.Display.
var displays = map[string]func(to Output, d wire.DisplayData, wait bool){
	"display": func(to Output, d wire.DisplayData, _ bool) { to.Display(d) },
	"update":  func(to Output, d wire.DisplayData, _ bool) { to.UpdateDisplay(d) },
	"result":  func(to Output, d wire.DisplayData, _ bool) { to.Result(d) },
	"clear":   func(to Output, _ wire.DisplayData, wait bool) { to.ClearOutput(wait) },
}

// Ask implements supervisor.Events: it asks the user and hands the answer to
// the session, without holding up what else the session sends.
func (e *events) Ask(a link.Ask) {
	o := e.front.outputOf(a.Cell)
	if o == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.front.mu.Lock()
	e.front.stop = cancel
	e.front.mu.Unlock()
	o.flush()
	go func() {
		defer cancel()
		text, err := o.to.Input(ctx, a.Prompt, a.Password)
		in := link.Input{Text: text}
		if err != nil {
			in.Error = err.Error()
		}
		s := <-e.session
		e.session <- s
		if err := s.Input(in); err != nil {
			e.front.opts.Log("hand input to the session: %v", err)
		}
	}()
}

// outputOf returns the output of a run, nil if it has none.
func (f *Front) outputOf(run int) *output {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outputs[run]
}
