package link

import "time"

// A Native is the compiled part of a run. The session opens Loads, makes Slots,
// executes the run's Files, then calls the statements of Cell. Whatever fails
// ends the run there; failures of the first two are called "load".
type Native struct {
	Loads []Load `json:"loads,omitempty"`
	Slots []Slot `json:"slots,omitempty"`
	// Cell is the import path of the package whose Cell is to run, "" for none.
	Cell string `json:"cell,omitempty"`
}

// A Load is a compiled package to be opened. One that is open already is not
// opened again.
type Load struct {
	Path string `json:"path"` // import path, "nb/c7", never used twice
	File string `json:"file"` // the plugin that holds it
	// Swap maps guard variables of interpreted functions to the exported
	// symbols of the package that are to be called in their place, at once also
	// by goroutines that run.
	Swap map[string]string `json:"swap,omitempty"`
}

// A Slot is a variable of the session that gets a compiled type. A variable
// that has this very type already stays as it is, with its value.
type Slot struct {
	Name   string `json:"name"`   // in the interpreter
	Path   string `json:"path"`   // an open package
	Symbol string `json:"symbol"` // the type there, "X_S_x"
	// Move makes the variable that has the name now, of whatever type with the
	// same layout, appear under the new type: one memory, one value. A layout
	// that differs is an error. Without Move, and where there is no such
	// variable, a new one with the zero value is made.
	Move bool `json:"move,omitempty"`
}

// A Loading asks for packages to be opened while no cell runs or one does.
type Loading struct {
	ID    int    `json:"id"`   // shares its numbers with Op
	Cell  int    `json:"cell"` // whose output the packages' initialization is
	Loads []Load `json:"loads"`
}

// Loaded tells what open packages cost. Their number only grows: a plugin
// can't be closed.
type Loaded struct {
	Plugins int           `json:"plugins"` // open in this session
	Open    time.Duration `json:"open_ns"` // it took to open the ones asked for
	// GC is the processor time that a garbage collection took on average since
	// the last Loaded, 0 when there was none: it grows with the plugins.
	GC time.Duration `json:"gc_ns,omitempty"`
}
