package check

import (
	"go/ast"
	"go/token"
)

// Memory returns what package lower remembers of the session; the first call
// makes it. It lives as long as the World.
func (w *World) Memory(make func() any) any {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.memory == nil {
		w.memory = make()
	}
	return w.memory
}

// NewSource returns a Source for a text that no cell holds. cell is its name in
// messages.
func NewSource(cell, text string, file *ast.File, tok *token.File) *Source {
	return &Source{Cell: cell, Text: text, File: file, tok: tok}
}
