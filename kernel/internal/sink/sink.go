// Package sink says where display output goes. Package display makes bundles
// and hands them to the sink that is set; the engine sets one that sends them
// to the notebook, and a plain Go program keeps the one that prints.
package sink

import "sync/atomic"

// A Bundle is one thing to show, in all the forms it has.
type Bundle struct {
	// Data maps a MIME type to its content: a string (base64 for binary types
	// such as image/png) or, for JSON types, a value that encodes to JSON.
	// A bundle without Data shows nothing and need not be sent.
	Data map[string]any
	// Metadata holds Jupyter's display metadata, by MIME type; often nil.
	Metadata map[string]any
	// ID names the display so that Update can replace it. It may be empty for
	// Display, never for Update.
	ID string
}

// A Sink takes what is to be shown. Display and Update are called on the
// goroutine that asked for the output, because an implementation may find out
// from the goroutine which cell the output belongs to. They may be called by
// many goroutines at once, and may block while the reader is slow.
type Sink interface {
	Display(Bundle)  // show b as a new output
	Update(Bundle)   // replace the outputs that carry b.ID, in whatever cell
	Clear(wait bool) // remove the cell's outputs; if wait, only when the next one comes
}

// A Liner is a Sink on which a line of text can be written again and again,
// as a terminal can. Line replaces what the last call wrote; the line ends
// with the call that says done.
type Liner interface {
	Line(text string, done bool)
}

type holder struct{ Sink }

var current atomic.Pointer[holder]

// Set makes s the sink of this process. A nil s brings the default back,
// which prints on standard output.
func Set(s Sink) {
	if s == nil {
		current.Store(nil)
		return
	}
	current.Store(&holder{s})
}

// Get returns the sink of this process, never nil.
func Get() Sink {
	if h := current.Load(); h != nil {
		return h.Sink
	}
	return stdout
}
